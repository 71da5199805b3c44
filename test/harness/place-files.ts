/** Files where a certificate is, put there and looked at by programs of that place, without the adapter under test. */
import type { Exec } from '../../src/adapters/exec/port.ts';

/** Absolute paths, as the place sees them. */
export interface PlaceFiles {
  put(path: string, content: string | Buffer, mode?: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** Octal, such as `600`; links followed. */
  mode(path: string): Promise<string>;
  exists(path: string): Promise<boolean>;
  makeFolder(path: string): Promise<void>;
  /** In place of what is there. */
  link(target: string, path: string): Promise<void>;
  linkTarget(path: string): Promise<string>;
  list(folder: string): Promise<readonly string[]>;
}

const PLACING_MS = 60_000;

export function placeFiles(exec: Exec): PlaceFiles {
  const run = async (command: readonly [string, ...string[]], input?: string): Promise<string> => {
    const signal = AbortSignal.timeout(PLACING_MS);
    const { exitCode, stdout, stderr } = await exec(command, { signal, input, maxBytes: 4_000_000 });
    if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  };
  return {
    async put(path, content, mode = '600') {
      await run(['sh', '-c', 'base64 -d > "$0"', path], Buffer.from(content).toString('base64'));
      await run(['chmod', mode, path]);
    },
    read: async (path) => Buffer.from(await run(['base64', path]), 'base64'),
    mode: (path) => run(['stat', '-L', '-c', '%a', path]),
    exists: async (path) => (await run(['sh', '-c', 'test -e "$0" && echo there || true', path])) !== '',
    makeFolder: async (path) => {
      await run(['mkdir', '-p', path]);
    },
    link: async (target, path) => {
      await run(['ln', '-sfn', target, path]);
    },
    linkTarget: (path) => run(['readlink', path]),
    list: async (folder) => (await run(['ls', '-A', folder])).split('\n').sort(),
  };
}

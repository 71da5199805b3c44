/** Files where a certificate is, put there and looked at by programs of that place, without the adapter under test. */
import type { Exec } from '../../src/adapters/exec/port.ts';

/** `mode`: octal, `600` when unset. */
export type Laid =
  | { readonly path: string; readonly content: string | Buffer; readonly mode?: string | undefined }
  | { readonly path: string; readonly target: string };

/** Absolute paths, as the place sees them. */
export interface PlaceFiles {
  /** Each file's content, or what the link says in place of what is there; with the folders that it needs, by one program. */
  lay(files: readonly Laid[]): Promise<void>;
  put(path: string, content: string | Buffer, mode?: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  /** Octal, such as `600`; links followed. */
  mode(path: string): Promise<string>;
  exists(path: string): Promise<boolean>;
  makeFolder(path: string): Promise<void>;
  linkTarget(path: string): Promise<string>;
  list(folder: string): Promise<readonly string[]>;
}

const commandsFor = (file: Laid): string => {
  const path = quoted(file.path);
  const folder = `mkdir -p "$(dirname ${path})" || exit 1`;
  if ('target' in file) return `${folder}\nln -sfn ${quoted(file.target)} ${path} || exit 1`;
  const text = Buffer.from(file.content).toString('base64');
  return `${folder}\nbase64 -d > ${path} <<'.' && chmod ${file.mode ?? '600'} ${path} || exit 1\n${text}\n.`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const PLACING_MS = 60_000;

export function placeFiles(exec: Exec): PlaceFiles {
  const run = async (command: readonly [string, ...string[]], input?: string): Promise<string> => {
    const signal = AbortSignal.timeout(PLACING_MS);
    const { exitCode, stdout, stderr } = await exec(command, { signal, input, maxBytes: 4_000_000 });
    if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  };
  const lay = async (files: readonly Laid[]): Promise<void> => {
    await run(['sh'], files.map(commandsFor).join('\n'));
  };
  return {
    lay,
    put: (path, content, mode) => lay([{ path, content, mode }]),
    read: async (path) => Buffer.from(await run(['base64', path]), 'base64'),
    mode: (path) => run(['stat', '-L', '-c', '%a', path]),
    exists: async (path) => (await run(['sh', '-c', 'test -e "$0" && echo there || true', path])) !== '',
    makeFolder: async (path) => {
      await run(['mkdir', '-p', path]);
    },
    linkTarget: (path) => run(['readlink', path]),
    list: async (folder) => (await run(['ls', '-A', folder])).split('\n').sort(),
  };
}

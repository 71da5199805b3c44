/** Programs on this host: how they are told things, how they end, and that nothing of them stays. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { isMissingProgram } from '../../../src/adapters/exec/missing-program.ts';
import { AdapterError } from '../../../src/errors.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';

const exec = createHostExec();
const soon = () => AbortSignal.timeout(20_000);

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function script(name: string, text: string): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

async function failure(run: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await run.catch((error: unknown) => error);
  if (!(thrown instanceof AdapterError)) throw new Error(`no AdapterError: ${String(thrown)}`);
  return thrown;
}

describe('what it is told', () => {
  test('its arguments, as they are: nothing of them is read by a shell', async () => {
    const { stdout } = await exec(['printf', '%s|', '$HOME', 'a b', '; ls', '`id`'], { signal: soon() });
    expect(stdout).toBe('$HOME|a b|; ls|`id`|');
  });

  test('its input, which then ends', async () => {
    const input = 'ä line\n'.repeat(50_000);
    expect(await exec(['wc', '-l'], { signal: soon(), input })).toMatchObject({
      exitCode: 0,
      stdout: '50000\n',
    });
    expect(await exec(['cat'], { signal: soon() })).toMatchObject({ stdout: '' });
  });

  test('input that it does not read is no error', async () => {
    const input = 'x'.repeat(5_000_000);
    expect(await exec(['true'], { signal: soon(), input })).toMatchObject({ exitCode: 0 });
  });

  test('where it is run', async () => {
    const { stdout } = await exec(['pwd'], { signal: soon(), directory: folder.path });
    expect(stdout.trim()).toBe(folder.path);
  });

  test('none of the secrets of Paksa', async () => {
    vi.stubEnv('SLACK_BOT_TOKEN', 'xoxb-secret');
    vi.stubEnv('DATABASE_URL', 'postgresql://paksa:secret@db/paksa');
    const { stdout } = await exec(['env'], { signal: soon() });
    vi.unstubAllEnvs();
    expect(stdout).toMatch(/^PATH=/m);
    expect(stdout).toMatch(/^LANG=C\.UTF-8$/m);
    expect(stdout).not.toContain('secret');
  });
});

describe('how it ends', () => {
  test('any exit code is an answer, and both streams are kept apart', async () => {
    const path = await script('both', 'echo out; echo err >&2; exit 3');
    expect(await exec([path], { signal: soon() })).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    });
  });

  test('killed: the exit code that a shell would give', async () => {
    const path = await script('killed', 'kill -KILL $$');
    expect(await exec([path], { signal: soon() })).toMatchObject({ exitCode: 137 });
  });

  test('endless output is read on and dropped: its beginning and its end are kept', async () => {
    const path = await script('noise', 'echo first; yes "the same line" | head -c 50000000; echo; echo last');
    const { stdout, truncated } = await exec([path], { signal: soon(), maxBytes: 2_000 });
    expect(truncated).toBe(true);
    expect(stdout).toMatch(/^first\nthe same line\n/);
    expect(stdout).toContain('\n…\n');
    expect(stdout).toMatch(/\nlast\n$/);
    expect(stdout.length).toBeLessThan(2_100);
  });
});

describe('what cannot be started', () => {
  test('a program that is not there is named', async () => {
    const error = await failure(exec(['paksa-no-such-program'], { signal: soon() }));
    expect(error).toMatchObject({ system: 'host', fault: 'not-found', retryable: false });
    expect(error.message).toContain('“paksa-no-such-program” in this host: install it');
    expect(isMissingProgram(error)).toBe(true);
  });

  test('a folder that is not there is not taken for the program', async () => {
    const error = await failure(exec(['pwd'], { signal: soon(), directory: join(folder.path, 'nowhere') }));
    expect(error).toMatchObject({ fault: 'not-found', message: expect.stringContaining('nowhere') });
    expect(isMissingProgram(error)).toBe(false);
  });

  test('a file that may not be executed', async () => {
    const path = join(folder.path, 'plain');
    await writeFile(path, 'text');
    expect(await failure(exec([path], { signal: soon() }))).toMatchObject({
      fault: 'forbidden',
      message: expect.stringContaining(path),
    });
  });

  test('arguments that are too long for the operating system', async () => {
    expect(await failure(exec(['echo', 'x'.repeat(3_000_000)], { signal: soon() }))).toMatchObject({
      fault: 'failed',
      message: expect.stringContaining('echo cannot be started'),
    });
  });
});

describe('when time is up', () => {
  test('a call whose time is up does not begin', async () => {
    const trace = join(folder.path, 'trace');
    const error = await failure(exec(['touch', trace], { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ fault: 'timed-out' });
    await expect(readFile(trace)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('it is stopped, with what it has started, also when it does not want to', async () => {
    const pids = join(folder.path, 'pids');
    const path = await script(
      'stubborn',
      `trap '' TERM; sleep 600 & echo $$ $! > ${pids}; while :; do wait; done`,
    );
    const stop = new AbortController();
    const running = failure(exec([path], { signal: stop.signal }));
    const started = await vi.waitUntil(async () => {
      const [shell, sleeper] = (await readFile(pids, 'utf8').catch(() => '')).trim().split(' ').map(Number);
      return shell && sleeper ? [shell, sleeper] : undefined;
    });
    stop.abort();
    expect(await running).toMatchObject({ fault: 'timed-out', retryable: false });
    for (const pid of started) await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test('one that ends politely when it is told to has not done its work', async () => {
    const ready = join(folder.path, 'ready');
    const path = await script('polite', `trap 'exit 0' TERM; touch ${ready}; while :; do sleep 0.05; done`);
    const stop = new AbortController();
    const running = failure(exec([path], { signal: stop.signal }));
    await vi.waitFor(() => readFile(ready));
    stop.abort();
    expect(await running).toMatchObject({ fault: 'timed-out' });
  });

  test('a daemon that it leaves behind is not waited for', async () => {
    const path = await script('daemon', 'sleep 20 & echo $!');
    const { stdout } = await exec([path], { signal: AbortSignal.timeout(10_000) });
    process.kill(Number(stdout));
  });
});

/** A process that has ended but that nobody has collected yet runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !status.includes(') Z ');
}

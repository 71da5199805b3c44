/** Looks from inside, on this host in place of a replica: each program that an image may have tells the same. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { missingProgram } from '../../../src/adapters/exec/missing-program.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import { ask, disks, load, processes, reach } from '../../../src/adapters/runtime/inside.ts';
import { freePort } from '../../harness/free-port.ts';

const host = createHostExec();
const soon = () => AbortSignal.timeout(20_000);

/** An image with these programs alone. */
const imageWith =
  (...programs: readonly string[]): Exec =>
  async (command, options) => {
    if (programs.includes(command[0])) return host(command, options);
    throw missingProgram('test', command[0], 'container one', 'it is left out');
  };

let server: Server;
let open: number;
let closed: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.url?.startsWith('/broken') ? 503 : 200;
    response.end(`${request.url} ${'x'.repeat(2_000)}`);
  });
  open = await freePort();
  closed = await freePort();
  await new Promise<void>((resolve) => server.listen(open, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each([['python3'], ['curl']])('reach, by %s', (program) => {
  const to = (name: string, port: number) => reach(imageWith(program), 'one', name, port, soon());

  test('somebody listens', async () => {
    expect(await to('127.0.0.1', open)).toMatchObject({
      replica: 'one',
      reached: true,
      detail: expect.stringMatching(/^connected in \d+ ms$/),
    });
  });

  test('nobody does', async () => {
    expect(await to('127.0.0.1', closed)).toMatchObject({
      reached: false,
      detail: expect.stringMatching(/refused/),
    });
  });

  test('a name without an address', async () => {
    expect(await to('nowhere.invalid', open)).toEqual({
      replica: 'one',
      reached: false,
      detail: 'name does not resolve',
    });
  });
});

describe('reach', () => {
  test('pg_isready knows PostgreSQL alone', async () => {
    expect(await reach(imageWith('pg_isready'), 'one', '127.0.0.1', closed, soon())).toMatchObject({
      reached: false,
      detail: 'no PostgreSQL answers there (pg_isready)',
    });
  });

  test('an image that has nothing to look with is no answer', async () => {
    await expect(reach(imageWith(), 'one', '127.0.0.1', open, soon())).rejects.toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('no usable python3, nc, curl, pg_isready'),
    });
  });

  test('what looks like an option is no host', async () => {
    expect(await reach(host, 'one', '-e/bin/sh', open, soon())).toMatchObject({
      reached: false,
      detail: '“-e/bin/sh” is no host name',
    });
  });

  test('a place that cannot be entered is an error of its own', async () => {
    const gone: Exec = async () => {
      throw new Error('the place is gone');
    };
    await expect(reach(gone, 'one', '127.0.0.1', open, soon())).rejects.toThrow('the place is gone');
  });
});

describe.each([['curl'], ['python3'], ['wget']])('ask, by %s', (program) => {
  const get = (port: number, path: string) => ask(imageWith(program), 'one', port, path, soon());

  test('an answer', async () => {
    const { replica, status, detail } = await get(open, '/health?deep=1');
    expect({ replica, status }).toEqual({ replica: 'one', status: 200 });
    expect(detail).toMatch(/^\/health\?deep=1 x+$/);
    expect(detail).toHaveLength(500);
  });

  test('an answer that is an error', async () => {
    expect(await get(open, '/broken')).toMatchObject({ status: 503 });
  });

  test('no answer, and why', async () => {
    const answer = await get(closed, '/health');
    expect(answer.status).toBeUndefined();
    expect(answer.detail).not.toBe('');
  });
});

describe('the machine', () => {
  test('disks: each once, with what is left, and no file systems in memory', async () => {
    const found = await disks(host, 'one', soon());
    const root = found.find(({ mount }) => mount === '/');
    expect(root?.sizeBytes).toBeGreaterThan(root?.availableBytes ?? Number.NaN);
    expect(root?.availableBytes).toBeGreaterThanOrEqual(0);
    expect(found.map(({ mount }) => mount)).not.toContain('/dev/shm');
    const { files, ffree } = await statfs('/');
    if (files > 0) expect(root?.inodesUsed).toBeCloseTo(1 - ffree / files, 2);
    else expect(root).not.toHaveProperty('inodesUsed');
  });

  test.each([['cat'], ['python3']])('load and cores, by %s', async (program) => {
    const { averages, cores } = await load(imageWith(program), 'one', soon());
    expect(cores).toBe(cpus().length);
    expect(averages).toHaveLength(3);
    // The oldest average hardly moves between two looks.
    expect(Math.abs(averages[2] - (loadavg()[2] ?? Number.NaN))).toBeLessThan(1);
  });

  test.each([[['ps']], [['ps', 'cat']], [['python3']]])(
    'processes, the busiest first, by %s',
    async (programs) => {
      const found = await processes(imageWith(...programs), 'one', soon());
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(10);
      const shares = found.map(({ cpuPercent }) => cpuPercent);
      expect(shares).toEqual(shares.toSorted((one, other) => other - one));
      for (const { command } of found) {
        expect(command.length).toBeLessThanOrEqual(200);
        expect(command).not.toMatch(/^ps -eo|^python3 -I/);
      }
    },
  );

  test('a busy process is told the same by all', async () => {
    const busy = spawn('sh', ['-c', 'while :; do :; done', 'paksa-busy'], { stdio: 'ignore' });
    const seenBy = (...programs: readonly string[]) =>
      vi.waitUntil(
        async () =>
          (await processes(imageWith(...programs), 'one', soon())).find(({ pid }) => pid === busy.pid),
        { timeout: 60_000 },
      );
    try {
      const { user, command, isAverage } = await seenBy('ps');
      expect([command, isAverage]).toEqual(['sh -c while :; do :; done paksa-busy', true]);
      for (const programs of [['ps', 'cat'], ['python3']]) {
        const seen = await seenBy(...programs);
        expect(seen).toMatchObject({ user, command });
        expect(seen).not.toHaveProperty('isAverage');
      }
    } finally {
      busy.kill('SIGKILL');
    }
  });

  test.each([[['ps', 'cat']], [['python3']]])(
    'one that was busy and rests now is told as resting, by %s',
    async (programs) => {
      // Works for a second, says so, and waits.
      const work =
        'import time\nend = time.monotonic() + 1\nwhile time.monotonic() < end: pass\nprint(1, flush=True)\ntime.sleep(60)';
      const rests = spawn('python3', ['-c', work, 'paksa-rests'], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        await once(rests.stdout, 'data');
        const onlyIt: Exec = async (command, options) => {
          const result = await imageWith(...programs)(command, options);
          const own = result.stdout.split('\n').filter((line) => line.includes('paksa-rests'));
          return command.includes('-eo') || command[0] === 'python3'
            ? { ...result, stdout: own.join('\n') }
            : result;
        };
        const [seen] = await processes(onlyIt, 'one', soon());
        expect(seen?.cpuPercent).toBeLessThan(20);
      } finally {
        rests.kill('SIGKILL');
      }
    },
  );

  test('without any program', async () => {
    for (const look of [disks, load, processes]) {
      await expect(look(imageWith(), 'one', soon())).rejects.toMatchObject({ fault: 'not-found' });
    }
  });
});

/** How things look from inside containers: variables, disks, processes, load, connections, answers. */
import { cpus } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Service } from '../../../../src/adapters/exec/port.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { failureOf, IDLE, openProject, type Project, soon, WAITING_MS } from './project.ts';

describe.runIf(canRunLab())('a look from inside containers', () => {
  const DATABASE_URL = 'postgresql+psycopg2://paksa:hidden%40pw@postgres:5433/paksa_db';

  let project: Project;

  beforeAll(async () => {
    project = await openProject();
    // Port 8000 answers; port 5432 takes connections and says nothing.
    await project.run(
      `python3 -c "
import http.server, socket, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/health' else 503)
        self.end_headers()
        self.wfile.write(self.path.encode())
    def log_message(self, *_): pass
threading.Thread(target=http.server.HTTPServer(('127.0.0.1', 8000), Handler).serve_forever).start()
silent = socket.create_server(('127.0.0.1', 5432))
open('/tmp/ready', 'w')
" & ${IDLE}`,
      {
        Env: [`DATABASE_URL=${DATABASE_URL}`, 'JWT_SECRET_KEY=a-long-secret', 'EMPTY='],
      },
    );
    const { exec } = project.adapter();
    await vi.waitUntil(async () => (await exec(['ls', '/tmp/ready'], { signal: soon() })).exitCode === 0, {
      timeout: WAITING_MS,
    });
  }, LAB_MS);
  afterAll(() => project?.[Symbol.asyncDispose]());

  const BACKEND: Service = 'backend';
  const probe = () => project.adapter().probe;

  describe('variables', () => {
    test('facts alone', async () => {
      const names = ['DATABASE_URL', 'JWT_SECRET_KEY', 'EMPTY', 'REDIS_URL'];
      const found = await probe().variables(BACKEND, names, soon());
      expect(found).toEqual([
        {
          replica: `${project.name}-web-1`,
          variables: {
            DATABASE_URL: {
              present: true,
              length: DATABASE_URL.length,
              fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
              address: {
                scheme: 'postgresql+psycopg2',
                host: 'postgres',
                port: 5433,
                user: 'paksa',
                database: 'paksa_db',
                hasPassword: true,
              },
            },
            JWT_SECRET_KEY: { present: true, length: 13, fingerprint: expect.any(String) },
            EMPTY: { present: true, length: 0, fingerprint: expect.any(String) },
            REDIS_URL: { present: false, length: 0, fingerprint: '' },
          },
        },
      ]);
      expect(JSON.stringify(found)).not.toMatch(/hidden|a-long-secret/);
    });

    test('replicas that do not have the same, one of them stopped', async () => {
      const Env = (secret: string) => ({ Env: [`JWT_SECRET_KEY=${secret}`], service: 'drifted' });
      for (const secret of ['one', 'one', 'two']) await (await project.run('exit 0', Env(secret))).wait();
      const found = await project.adapter('drifted').probe.variables(BACKEND, ['JWT_SECRET_KEY'], soon());
      const [one, same, other] = found.map(({ variables }) => variables.JWT_SECRET_KEY?.fingerprint);
      expect(one).toBe(same);
      expect(one).not.toBe(other);
    });
  });

  test('disks: the container’s root, once', async () => {
    const found = await probe().disks(BACKEND, soon());
    expect(found.map(({ mount }) => mount)).toEqual(['/']);
    expect(found[0]?.replica).toBe(`${project.name}-web-1`);
    expect(found[0]?.sizeBytes).toBeGreaterThan(found[0]?.availableBytes ?? Number.NaN);
  });

  test('processes, the busiest first, cut to length, without anything in the image', async () => {
    const long = 'x'.repeat(500);
    const busy = `exec -a busy-${long} sh -c 'while :; do :; done'`;
    await project.run(`sleep infinity & exec bash -c "${busy}"`, {
      service: 'busy',
      HostConfig: { NanoCpus: 3e8 },
    });
    const named = async () => (await project.adapter('busy').probe.processes(BACKEND, soon()))[0]?.command;
    await expect.poll(named, { timeout: WAITING_MS }).toMatch(/^busy-/);
    const found = await project.adapter('busy').probe.processes(BACKEND, soon());
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      replica: `${project.name}-busy-1`,
      user: expect.any(String),
      pid: expect.any(Number),
    });
    expect(found[0]?.command).toMatch(/^busy-x+$/);
    expect(found[0]?.command).toHaveLength(200);
    expect(found[0]?.cpuPercent).toBeGreaterThan(0);
    expect(found[0]?.memoryBytes).toBeGreaterThan(100_000);
    expect(found[1]?.command).toBe('sleep infinity');
  });

  test('its own clock, and no kill for its memory', async () => {
    const [clock] = await probe().clocks(BACKEND, soon());
    expect(Math.abs(clock?.skewMs ?? Number.NaN)).toBeLessThanOrEqual(clock?.uncertaintyMs ?? 0);
    expect((await probe().oomKills(BACKEND, soon())).every(({ kills = 0 }) => kills === 0)).toBe(true);
  });

  test('load of the machine underneath', async () => {
    const [load] = await probe().load(BACKEND, soon());
    expect(load?.cores).toBe(cpus().length);
    expect(load?.averages.every((average) => average >= 0)).toBe(true);
  });

  describe('a connection', () => {
    const reach = (host: string, port: number) => probe().reach(BACKEND, host, port, soon());

    test('that is taken', async () => {
      expect(await reach('127.0.0.1', 5432)).toEqual([
        {
          replica: `${project.name}-web-1`,
          reached: true,
          detail: expect.stringMatching(/^connected in \d+ ms$/),
        },
      ]);
    });

    test('that is refused', async () => {
      expect(await reach('127.0.0.1', 6379)).toMatchObject([
        { reached: false, detail: 'connection refused' },
      ]);
    });

    test('to a name that nobody knows', async () => {
      expect(await reach('nowhere.invalid', 5432)).toMatchObject([
        { reached: false, detail: 'name does not resolve' },
      ]);
    });

    test('from an image that has nothing to look with', async () => {
      const script = `rm -f /usr/bin/python3* /usr/bin/curl /usr/bin/pg_isready /usr/lib/postgresql/*/bin/pg_isready
      touch /tmp/ready; ${IDLE}`;
      await project.run(script, { service: 'bare', User: '0' });
      const bare = project.adapter('bare');
      await expect
        .poll(async () => (await bare.exec(['ls', '/tmp/ready'], { signal: soon() })).exitCode, {
          timeout: WAITING_MS,
        })
        .toBe(0);
      expect(await failureOf(bare.probe.reach(BACKEND, '127.0.0.1', 5432, soon()))).toMatchObject({
        fault: 'not-found',
        message: expect.stringContaining('has no usable python3, nc, curl, pg_isready'),
      });
    });
  });

  describe('an answer of its own port', () => {
    test('any status, with the beginning of the body', async () => {
      expect(await probe().ask(BACKEND, 8000, '/health', soon())).toEqual([
        { replica: `${project.name}-web-1`, status: 200, detail: '/health' },
      ]);
      expect(await probe().ask(BACKEND, 8000, '/broken', soon())).toMatchObject([
        { status: 503, detail: '/broken' },
      ]);
    });

    test('none, and why', async () => {
      const [answer] = await probe().ask(BACKEND, 8001, '/health', soon());
      expect(answer).not.toHaveProperty('status');
      expect(answer?.detail).toContain("Couldn't connect");
    });
  });

  test('from inside those that run; of none, nothing', async () => {
    await (await project.run('exit 0', { service: 'ended' })).wait();
    const { probe: ended } = project.adapter('ended');
    expect(await ended.reach(BACKEND, '127.0.0.1', 1, soon())).toEqual([]);
    expect(await ended.ask(BACKEND, 8000, '/', soon())).toEqual([]);
    expect(await ended.disks(BACKEND, soon())).toEqual([]);
    expect(await ended.processes(BACKEND, soon())).toEqual([]);
    expect(await ended.load(BACKEND, soon())).toEqual([]);
  });
});

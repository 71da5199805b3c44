/** Programs in pods: both streams apart, how they ended, what they are given, how much is kept, and that they can be called off. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRunLab, LAB_MS, STACK_MS } from '../../for-tests.ts';
import { front } from './front.ts';
import { deployment, IDLE } from './manifests.ts';
import { type Adapter, failureOf, openStage, type Stage, soon } from './stage.ts';

describe.runIf(canRunLab())('programs in pods', () => {
  let stage: Stage;
  let exec: Adapter['exec'];

  beforeAll(async () => {
    stage = await openStage();
    exec = stage.adapter('backend').exec;
    await stage.apply(
      deployment('backend', { command: IDLE }),
      deployment('none', { command: IDLE, replicas: 0 }),
    );
    await stage.cluster.untilRolledOut(stage.namespace, 'deployment/backend');
  }, LAB_MS);
  afterAll(() => stage?.[Symbol.asyncDispose](), STACK_MS);

  const run = (...command: [string, ...string[]]) => exec(command, { signal: soon() });

  test('both streams, and the exit code', async () => {
    expect(await run('sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
    });
    expect(await run('true')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('arguments arrive as they are: no shell reads them', async () => {
    const argument = `"'$(id) && ; é\n?&=#%`;
    expect((await run('printf', '%s', argument)).stdout).toBe(argument);
  });

  test.each([
    ['nothing', ''],
    ['a line', 'hello Köln\n'],
    ['a large text', 'x'.repeat(1_000_000)],
  ])('input is given and closed: %s', async (_, input) => {
    const { exitCode, stdout } = await exec(['wc', '-c'], { signal: soon(), input });
    expect({ exitCode, bytes: Number(stdout) }).toEqual({ exitCode: 0, bytes: Buffer.byteLength(input) });
  });

  test('a program with input has its own exit code, and its arguments are no script', async () => {
    const command = ['grep', '-c', '$(id); "x"'] as const;
    expect(await exec(command, { signal: soon(), input: 'a\n$(id); "x"\n' })).toMatchObject({
      exitCode: 0,
      stdout: '1\n',
    });
    expect(await exec(command, { signal: soon(), input: 'nothing\n' })).toMatchObject({
      exitCode: 1,
      stdout: '0\n',
    });
  });

  test('an API server of 1.30 or later is told where the input ends', async () => {
    const heard: Buffer[] = [];
    const kubeconfig = await front(stage, {
      socket: (socket) => {
        socket.on('message', (data: Buffer) => {
          heard.push(data);
          if (data[0] !== 255) return;
          socket.send(Buffer.from('\x01counted\n'));
          socket.send(Buffer.from('\x03{"status":"Success"}'));
        });
      },
    });
    const { exec: newer } = stage.adapter('backend', { kubeconfig });
    const input = 'y'.repeat(100_000);
    expect(await newer(['wc'], { signal: soon(), input })).toMatchObject({
      exitCode: 0,
      stdout: 'counted\n',
    });
    expect(heard.at(-1)).toEqual(Buffer.of(255, 0));
    expect(Buffer.concat(heard.slice(0, -1).map((message) => message.subarray(1))).toString()).toBe(input);
  });

  test('a connection that ends before the program does', async () => {
    const kubeconfig = await front(stage, { socket: (socket) => socket.close() });
    const error = await failureOf(
      stage.adapter('backend', { kubeconfig }).exec(['true'], { signal: soon() }),
    );
    expect(error).toMatchObject({ fault: 'failed', retryable: true });
    expect(error.message).toContain('its outcome is unknown');
  });

  test('more output than is kept', async () => {
    const { stdout, truncated, exitCode } = await exec(['sh', '-c', 'seq 1 1000000; exit 4'], {
      signal: soon(),
      maxBytes: 1000,
    });
    expect({ truncated, exitCode }).toEqual({ truncated: true, exitCode: 4 });
    expect(stdout.length).toBeLessThan(1100);
    expect(stdout).toMatch(/^1\n2\n/);
    expect(stdout.trimEnd().endsWith('1000000')).toBe(true);
  });

  test('a program that the image does not have', async () => {
    const error = await failureOf(run('paksa-absent', '--version'));
    expect(error).toMatchObject({ system: 'kubernetes', fault: 'not-found', retryable: false });
    expect(error.message).toContain('no program “paksa-absent”');
    const given = await failureOf(exec(['paksa-absent'], { signal: soon(), input: 'text' }));
    expect(given.message).toContain('no program “paksa-absent”');
    expect(await failureOf(run('/etc/hostname'))).toMatchObject({ fault: 'forbidden' });
  });

  test('a program that only looks like one that is missing', async () => {
    expect(
      await run('sh', '-c', 'echo "OCI runtime exec failed: no such file or directory"; exit 1'),
    ).toMatchObject({
      exitCode: 1,
    });
  });

  test('a service without a running pod', async () => {
    const error = await failureOf(stage.adapter('none').exec(['true'], { signal: soon() }));
    expect(error).toMatchObject({ fault: 'not-found' });
    expect(error.message).toContain('No pod of deployment/none runs');
  });

  test('a container that the pods do not have', async () => {
    const { exec: wrong } = stage.adapter({ kind: 'deployment', name: 'backend', container: 'absent' });
    const error = await failureOf(wrong(['true'], { signal: soon() }));
    expect(error).toMatchObject({ fault: 'not-configured' });
    expect(error.message).toContain('kubernetes.workloads.backend.container');
    expect(error.message).toContain('(main)');
  });

  test('one that is called off', async () => {
    expect(await failureOf(exec(['true'], { signal: AbortSignal.abort() }))).toMatchObject({
      fault: 'timed-out',
    });
    const calledOff = new AbortController();
    const running = failureOf(
      exec(['sh', '-c', 'touch /tmp/began; sleep 1000'], { signal: calledOff.signal }),
    );
    await expect
      .poll(async () => (await run('test', '-e', '/tmp/began')).exitCode, { timeout: 20_000 })
      .toBe(0);
    calledOff.abort();
    const error = await running;
    expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(error.message).toMatch(/^sh in pod backend-\S+ did not end in time and may still run there/);
  });
});

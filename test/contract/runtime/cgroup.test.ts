/** What the kernel counts of a replica, of both versions of control groups, and a replica's clock; on this host where it can be. */
import { expect, test } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { missingProgram } from '../../../src/adapters/exec/missing-program.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import { clock, oomKills, throttling } from '../../../src/adapters/runtime/inside.ts';

const host = createHostExec();
const soon = () => AbortSignal.timeout(20_000);

const only =
  (...programs: readonly string[]): Exec =>
  async (command, options) => {
    if (programs.includes(command[0])) return host(command, options);
    throw missingProgram('test', command[0], 'container one', 'it is left out');
  };

/** A replica whose files say this, one text a reading; the last one goes on. `cat` fails of the files that are not there. */
const saying = (...texts: readonly string[]): Exec => {
  let reading = 0;
  return async () => {
    const stdout = texts[Math.min(reading, texts.length - 1)] ?? '';
    reading += 1;
    return { exitCode: 1, stdout, stderr: 'cat: no such file', truncated: false };
  };
};

const V2 = (usec: number, periods: number, throttled: number) =>
  `usage_usec ${usec}\nuser_usec 1\nsystem_usec 1\nnr_periods ${periods}\nnr_throttled ${throttled}\nthrottled_usec 9\n`;
const V1 = (ns: number, periods: number, throttled: number) =>
  `nr_periods ${periods}\nnr_throttled ${throttled}\nthrottled_time 9\n${ns}\n`;

test.each([
  ['version 2', saying(V2(1_000_000, 100, 10), V2(1_480_000, 110, 19))],
  ['version 1', saying(V1(1e9, 100, 10), V1(1.48e9, 110, 19))],
])('%s: how often it was held back between two readings', async (_, exec) => {
  const seen = await throttling(exec, 'one', soon());
  expect(seen?.throttled).toBeCloseTo(0.9);
  // Within the second that lies between them, and what the readings took.
  expect(seen?.cpuMillicores).toBeGreaterThan(200);
  expect(seen?.cpuMillicores).toBeLessThanOrEqual(480);
});

test.each([
  ['no quota', saying(V2(1, 0, 0), V2(2, 0, 0))],
  ['the root group', saying('usage_usec 7\nuser_usec 1\n')],
  ['none of the files', saying('')],
])('%s: nothing is told', async (_, exec) => {
  expect(await throttling(exec, 'one', soon())).toBeUndefined();
});

test.each([
  ['version 2', 'low 0\nhigh 0\nmax 31\noom 4\noom_kill 2\noom_group_kill 0\n', 2],
  ['version 1', 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n', 3],
  ['an old kernel', 'oom_kill_disable 0\nunder_oom 0\n', undefined],
])('%s: kills for memory', async (_, text, kills) => {
  expect(await oomKills(saying(text), 'one', soon())).toBe(kills);
});

test('this host’s own files are told the same by both programs', async () => {
  const [byCat, byPython] = [
    await oomKills(only('cat'), 'one', soon()),
    await oomKills(only('python3'), 'one', soon()),
  ];
  expect(byPython).toBe(byCat);
});

test.each(['date', 'python3'])('this host’s clock, by %s', async (program) => {
  const { skewMs, uncertaintyMs } = await clock(only(program), 'one', soon());
  expect(Math.abs(skewMs)).toBeLessThanOrEqual(uncertaintyMs);
});

test('a clock that is off', async () => {
  const exec: Exec = async () => ({
    exitCode: 0,
    stdout: `${Math.floor(Date.now() / 1000) + 300}\n`,
    stderr: '',
    truncated: false,
  });
  const { skewMs, uncertaintyMs } = await clock(exec, 'one', soon());
  expect(Math.abs(skewMs - 300_000)).toBeLessThanOrEqual(uncertaintyMs);
});

test('an image with none of the programs', async () => {
  for (const look of [clock, oomKills, throttling])
    await expect(look(only(), 'one', soon())).rejects.toMatchObject({ fault: 'not-found' });
});

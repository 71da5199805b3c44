/**
 * What the kernel counts of a replica's own control group, read from inside: version 2, and version 1 where the machine has
 * that (https://docs.kernel.org/admin-guide/cgroup-v2.html). A replica that sees the machine's root group instead tells nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python } from './by-first.ts';

/** Whichever of them there are. */
const CPU = [
  '/sys/fs/cgroup/cpu.stat',
  '/sys/fs/cgroup/cpu/cpu.stat',
  '/sys/fs/cgroup/cpu,cpuacct/cpu.stat',
  '/sys/fs/cgroup/cpuacct/cpuacct.usage',
];
const MEMORY = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];

const READ = `
import sys
for name in sys.argv[1:]:
    try:
        sys.stdout.write(open(name).read())
    except OSError:
        pass
`;

const BETWEEN_READINGS_MS = 1000;

async function read(
  exec: Exec,
  replica: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  // `cat` fails of those that are not there, and prints the others.
  const text = ({ stdout }: ExecResult) => stdout;
  const ways = [
    { command: ['cat', ...files], read: text },
    { command: python(READ, ...files), read: text },
  ] as const;
  return byFirst(ways, { exec, replica, operation: 'read its control group', signal });
}

const figure = (text: string, name: string): number | undefined => {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Processes killed for their memory since the replica began, its first one or any other; undefined where that is not told. */
export async function oomKills(
  exec: Exec,
  replica: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  return figure(await read(exec, replica, MEMORY, signal), 'oom_kill');
}

export interface CpuShare {
  readonly cpuMillicores: number;
  /** Share of the quota's periods in which it was held back, 0 to 1. */
  readonly throttled: number;
}

/** Between two readings a second apart; undefined where there is no quota, or it is not told. */
export async function throttling(
  exec: Exec,
  replica: string,
  signal: AbortSignal,
): Promise<CpuShare | undefined> {
  const before = cpuOf(await read(exec, replica, CPU, signal));
  if (before === undefined) return undefined;
  await pause(BETWEEN_READINGS_MS, undefined, { signal });
  const after = cpuOf(await read(exec, replica, CPU, signal));
  if (after === undefined || after.periods <= before.periods) return undefined;
  return {
    cpuMillicores: Math.round((after.usedUs - before.usedUs) / (after.at - before.at)),
    throttled: Math.min(1, (after.throttled - before.throttled) / (after.periods - before.periods)),
  };
}

/** `at` in milliseconds: microseconds of processor in milliseconds of time are millicores. */
function cpuOf(text: string) {
  const periods = figure(text, 'nr_periods');
  const throttled = figure(text, 'nr_throttled');
  // Version 1 has the time in a file of its own, in nanoseconds and without a name.
  const nanoseconds = /^(\d+)$/m.exec(text)?.[1];
  const usedUs = figure(text, 'usage_usec') ?? (nanoseconds && Number(nanoseconds) / 1000);
  if (periods === undefined || throttled === undefined || usedUs === undefined || usedUs === '')
    return undefined;
  return { periods, throttled, usedUs, at: performance.now() };
}

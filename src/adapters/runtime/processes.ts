/**
 * The busiest processes of a replica, by the processor time between two readings a second apart: an average over a life of
 * ten days hides who has been spinning for an hour. By Python, or by the image's `ps` and `cat`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isMissingProgram } from '../exec/missing-program.ts';
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python } from './by-first.ts';
import type { Process } from './port.ts';

export const MOST_PROCESSES = 10;

const COMMAND_CHARACTERS = 200;
/** Read twice, where there is no Python: more would be a long list of arguments. */
const MOST_READ = 200;
const BETWEEN_READINGS_MS = 1000;
/** What Linux shows to programs, whatever the kernel itself counts in. */
const TICKS_A_SECOND = 100;

const PS = ['ps', '-eo', 'pid,user,pcpu,rss,args', '--sort=-pcpu'] as const;

/** The columns of `ps`, out of `/proc`; the processor time is that of one second. Pages are told in KiB. */
const READ_PROC = `
import os, time
try:
    from pwd import getpwuid
except ImportError:
    getpwuid = None
tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
def read():
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == os.getpid():
            continue
        try:
            name, _, rest = open("/proc/%s/stat" % pid, errors="replace").read().partition("(")[2].rpartition(")")
        except OSError:
            continue
        field = rest.split()
        yield pid, field[19], name, int(field[11]) + int(field[12]), int(field[21])
start, before = time.monotonic(), {each[:2]: each[3] for each in read()}
time.sleep(1)
now, seconds = list(read()), time.monotonic() - start
for pid, began, name, ticks, pages in now:
    try:
        args = open("/proc/%s/cmdline" % pid, "rb").read(2000).replace(b"\\0", b" ").decode("utf8", "replace")
        uid = os.stat("/proc/" + pid).st_uid
    except OSError:
        continue
    try:
        user = getpwuid(uid).pw_name
    except (KeyError, TypeError):
        user = uid
    share = 100 * (ticks - before.get((pid, began), 0)) / tick / seconds
    print(pid, user, "%.1f" % share, pages * page // 1024, " ".join(args.split()) or "[%s]" % name)
`;

export async function processes(
  exec: Exec,
  replica: string,
  signal: AbortSignal,
): Promise<readonly Process[]> {
  const ways = [
    { command: python(READ_PROC), read: (result: ExecResult) => readTable(result, replica, false) },
    { command: PS, read: (result: ExecResult) => readTable(result, replica, true) },
  ];
  const found = await byFirst(ways, { exec, replica, operation: 'look at processes', signal });
  const isAveraged = found.some(({ isAverage }) => isAverage);
  return busiest(isAveraged ? await measured(exec, found, signal) : found);
}

/** busybox's ps knows neither the columns nor the order, and says so by its exit code. */
function readTable(
  { exitCode, stdout }: ExecResult,
  replica: string,
  isAverage: boolean,
): readonly Process[] | undefined {
  if (exitCode !== 0) return undefined;
  const rows = stdout.split('\n').flatMap((line) => {
    const [, pid, user, cpu, rss, args] = /^\s*(\d+)\s+(\S+)\s+([\d.]+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    return args === undefined || args.startsWith(PS.join(' ')) ? [] : [[pid, user, cpu, rss, args]];
  });
  return rows.map((row) => processOf(row, replica, isAverage));
}

/** The same processes by two readings of `/proc`; as they were where nothing can read it. */
async function measured(
  exec: Exec,
  listed: readonly Process[],
  signal: AbortSignal,
): Promise<readonly Process[]> {
  const files = listed.slice(0, MOST_READ).map(({ pid }) => `/proc/${pid}/stat`);
  const read = async () => ({
    // One that has ended meanwhile makes it fail, and the others are told all the same.
    ticks: ticksOf((await exec(['cat', '--', ...files], { signal })).stdout),
    at: performance.now(),
  });
  try {
    const before = await read();
    await pause(BETWEEN_READINGS_MS, undefined, { signal });
    const after = await read();
    const seconds = (after.at - before.at) / 1000;
    return listed.map((process) => {
      const [from, to] = [before.ticks.get(process.pid), after.ticks.get(process.pid)];
      if (from === undefined || to === undefined || to < from) return process;
      const { isAverage: _, ...rest } = process;
      return { ...rest, cpuPercent: Math.round((1000 * (to - from)) / TICKS_A_SECOND / seconds) / 10 };
    });
  } catch (error) {
    if (isMissingProgram(error)) return listed;
    throw error;
  }
}

/** Processor time by process, out of lines of `/proc/<pid>/stat` (proc(5)): the name between parentheses may hold anything. */
function ticksOf(text: string): ReadonlyMap<number, number> {
  return new Map(
    [...text.matchAll(/^(\d+) \(.*\) [A-Za-z] (.*)$/gm)].map(([, pid, rest = '']) => {
      const field = rest.split(' ');
      return [Number(pid), Number(field[10]) + Number(field[11])];
    }),
  );
}

/** Out of a row of process id, user, percent of a core, resident KiB, and the command. */
export const processOf = (
  [pid, user, cpu, rss, ...command]: readonly (string | undefined)[],
  replica: string,
  isAverage: boolean,
): Process => ({
  replica,
  pid: Number(pid),
  user: user ?? '',
  cpuPercent: Number(cpu),
  ...(isAverage ? { isAverage } : {}),
  memoryBytes: Number(rss) * 1024,
  command: command.join(' ').slice(0, COMMAND_CHARACTERS),
});

export const busiest = (all: readonly Process[]): readonly Process[] =>
  all.toSorted((one, other) => other.cpuPercent - one.cpuPercent).slice(0, MOST_PROCESSES);

/** The busiest processes of a replica, by its `ps`, or by Python where the image has none. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python } from './by-first.ts';
import type { Process } from './port.ts';

export const MOST_PROCESSES = 10;

const COMMAND_CHARACTERS = 200;

const PS = ['ps', '-eo', 'pid,user,pcpu,rss,args', '--sort=-pcpu'] as const;

/** The same columns out of `/proc`, as ps counts them: processor time over lifetime, resident pages in KiB. */
const READ_PROC = `
import os
try:
    from pwd import getpwuid
except ImportError:
    getpwuid = None
tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
uptime = float(open("/proc/uptime").read().split()[0])
for pid in os.listdir("/proc"):
    if not pid.isdigit() or int(pid) == os.getpid():
        continue
    try:
        name, _, rest = open("/proc/%s/stat" % pid, errors="replace").read().partition("(")[2].rpartition(")")
        field = rest.split()
        args = open("/proc/%s/cmdline" % pid, "rb").read(2000).replace(b"\\0", b" ").decode("utf8", "replace")
        uid = os.stat("/proc/" + pid).st_uid
    except OSError:
        continue
    try:
        user = getpwuid(uid).pw_name
    except (KeyError, TypeError):
        user = uid
    seconds, age = (int(field[11]) + int(field[12])) / tick, uptime - int(field[19]) / tick
    share = 100 * seconds / max(age, 1 / tick)
    print(pid, user, "%.1f" % share, int(field[21]) * page // 1024, " ".join(args.split()) or "[%s]" % name)
`;

export async function processes(
  exec: Exec,
  replica: string,
  signal: AbortSignal,
): Promise<readonly Process[]> {
  const read = (result: ExecResult) => readTable(result, replica);
  const ways = [
    { command: PS, read },
    { command: python(READ_PROC), read },
  ];
  return byFirst(ways, { exec, replica, operation: 'look at processes', signal });
}

/** busybox's ps knows neither the columns nor the order, and says so by its exit code. */
function readTable({ exitCode, stdout }: ExecResult, replica: string): readonly Process[] | undefined {
  if (exitCode !== 0) return undefined;
  const rows = stdout.split('\n').flatMap((line) => {
    const [, pid, user, cpu, rss, args] = /^\s*(\d+)\s+(\S+)\s+([\d.]+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    return args === undefined || args.startsWith(PS.join(' ')) ? [] : [[pid, user, cpu, rss, args]];
  });
  return busiest(rows, replica);
}

/** Out of rows of process id, user, percent of a core, resident KiB, and the command. */
export const busiest = (
  rows: readonly (readonly (string | undefined)[])[],
  replica: string,
): readonly Process[] =>
  rows
    .map(([pid, user, cpu, rss, ...command]) => ({
      replica,
      pid: Number(pid),
      user: user ?? '',
      cpuPercent: Number(cpu),
      memoryBytes: Number(rss) * 1024,
      command: command.join(' ').slice(0, COMMAND_CHARACTERS),
    }))
    .sort((one, other) => other.cpuPercent - one.cpuPercent)
    .slice(0, MOST_PROCESSES);

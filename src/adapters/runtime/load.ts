/** The load of the machine under a replica: `/proc/loadavg` and `/proc/stat` are the machine's, in a container too. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python } from './by-first.ts';
import type { Load } from './port.ts';

const FILES = ['/proc/loadavg', '/proc/stat'];

const READ = 'import sys\nfor name in sys.argv[1:]: sys.stdout.write(open(name).read())';

export async function load(exec: Exec, replica: string, signal: AbortSignal): Promise<Load> {
  const read = ({ stdout }: ExecResult) => readLoad(stdout, replica);
  const ways = [
    { command: ['cat', ...FILES], read },
    { command: python(READ, ...FILES), read },
  ] as const;
  return byFirst(ways, { exec, replica, operation: 'look at the load', signal });
}

function readLoad(text: string, replica: string): Load | undefined {
  const [, one, five, fifteen] = /^([\d.]+) ([\d.]+) ([\d.]+) /.exec(text) ?? [];
  if (fifteen === undefined) return undefined;
  const cores = text.match(/^cpu\d+ /gm)?.length ?? 0;
  if (cores === 0) return undefined;
  return { replica, averages: [Number(one), Number(five), Number(fifteen)], cores };
}

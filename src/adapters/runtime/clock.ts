/** A replica's own clock, which is that of the machine under it: who stands before it, such as nginx, has another one. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python } from './by-first.ts';
import type { ReplicaClock } from './port.ts';

/** `date` has lost the fraction of its second: the clock is half a second on, give or take as much. */
const HALF_SECOND_MS = 500;

export async function clock(exec: Exec, replica: string, signal: AbortSignal): Promise<ReplicaClock> {
  let asked = { at: Date.now(), since: performance.now() };
  // Of the program that answers: those before it are not there.
  const timed: Exec = (command, options) => {
    asked = { at: Date.now(), since: performance.now() };
    return exec(command, options);
  };
  const read = ({ stdout }: ExecResult): ReplicaClock | undefined => {
    const seconds = /^(\d{9,11})\s*$/.exec(stdout)?.[1];
    if (seconds === undefined) return undefined;
    const took = performance.now() - asked.since;
    return {
      replica,
      skewMs: Math.round(Number(seconds) * 1000 + HALF_SECOND_MS - (asked.at + took / 2)),
      uncertaintyMs: Math.ceil(HALF_SECOND_MS + took / 2),
    };
  };
  const ways = [
    { command: ['date', '+%s'], read },
    { command: python('import time\nprint(int(time.time()))'), read },
  ] as const;
  return byFirst(ways, { exec: timed, replica, operation: 'read the clock', signal });
}

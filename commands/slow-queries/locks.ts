/** Who waits for whom: the session at the root of each queue, which is the one to end, and not those who wait. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem } from '../../src/runbook/finding.ts';
import {
  isClient,
  isIdleInTransaction,
  isMaintenance,
  LONG_SECONDS,
  type Session,
  sessionLine,
} from '../parts/database.ts';
import { noDatabase } from '../parts/target.ts';
import { count, short, span } from '../parts/words.ts';

/** Shorter waits are how locks work. */
const LONG_WAIT_SECONDS = 10;
/** From here on requests fail, or enough of them wait to take every connection. */
const CRITICAL_SECONDS = 60;
const CRITICAL_WAITERS = 5;

export interface Blockade {
  /** 0 is a prepared transaction, which no session holds. */
  readonly pid: number;
  /** Absent where it is not among the sessions that can be seen. */
  readonly root: Session | undefined;
  /** Directly or behind others, the longest first. */
  readonly waiters: readonly Session[];
  /** The longest wait that there can have been, in seconds. */
  readonly seconds: number;
}

/** Every queue in which somebody has waited for long, the longest wait first. */
export function blockades(sessions: readonly Session[]): readonly Blockade[] {
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const isFree = (pid: number) => (byPid.get(pid)?.blockedBy ?? []).length === 0;
  const roots = new Set(sessions.flatMap(({ blockedBy }) => blockedBy).filter(isFree));
  return [...roots]
    .map((pid) => {
      const root = byPid.get(pid);
      const waiters = sessions.filter((session) => waitsFor(session, pid, byPid)).sort(longestFirst);
      // A query that has run for long may have begun to wait a moment ago, but not before what it waits for began.
      const seconds = Math.min(waiters[0]?.seconds ?? 0, heldFor(root));
      return { pid, root, waiters, seconds };
    })
    .filter(({ seconds }) => seconds > LONG_WAIT_SECONDS)
    .sort((a, b) => b.seconds - a.seconds);
}

const longestFirst = (a: Session, b: Session): number => b.seconds - a.seconds;

const heldFor = (root: Session | undefined): number => {
  if (!root) return Number.POSITIVE_INFINITY;
  const { transactionStart, queryStart, seconds } = root;
  const before = transactionStart && queryStart ? queryStart.getTime() - transactionStart.getTime() : 0;
  return isIdleInTransaction(root) ? seconds : seconds + Math.max(0, before) / 1000;
};

function waitsFor(session: Session, pid: number, byPid: ReadonlyMap<number, Session>): boolean {
  const seen = new Set<number>();
  const behind = (blockers: readonly number[]): boolean =>
    blockers.some((blocker) => {
      if (blocker === pid) return true;
      if (seen.has(blocker)) return false;
      seen.add(blocker);
      return behind(byPid.get(blocker)?.blockedBy ?? []);
    });
  return behind(session.blockedBy);
}

/** Whether the guide's five minutes are over for who holds the lock, and ending it is for Paksa to offer. */
export const mayBeEnded = ({ root }: Blockade): boolean =>
  root !== undefined && isClient(root) && !isMaintenance(root) && root.seconds > LONG_SECONDS;

export const locks = check(
  'Locks',
  async ({ postgres, signal }) => {
    const sessions = await postgres.sessions(signal);
    const found = blockades(sessions);
    const [worst] = found;
    if (!worst) {
      const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0).length;
      return healthy(
        waiting === 0 ? 'nobody waits for one' : `${waiting} wait, none for over ${LONG_WAIT_SECONDS} s`,
      );
    }
    const { pid, root, waiters, seconds } = worst;
    const who = root
      ? sessionLine(root, 160)
      : pid === 0
        ? 'a prepared transaction (see pg_prepared_xacts)'
        : `pid ${pid}`;
    const wait = `${count(waiters.length, 'session waits', 'sessions wait')}, for up to ${span(seconds * 1000)}`;
    return problem(`${wait}, for ${who}`, {
      evidence: { queues: found.slice(0, 3).flatMap(tree).slice(0, 8) },
      severity: seconds > CRITICAL_SECONDS || waiters.length >= CRITICAL_WAITERS ? 'critical' : 'warning',
      suggests: found.some(mayBeEnded) ? ['terminate-queries'] : [],
    });
  },
  { skip: noDatabase },
);

const tree = ({ pid, root, waiters }: Blockade): string[] => [
  root ? sessionLine(root) : `pid ${pid}`,
  ...waiters.slice(0, 3).map((waiter) => short(`← ${sessionLine(waiter)}`, 120)),
  ...(waiters.length > 3 ? [`← and ${waiters.length - 3} more`] : []),
];

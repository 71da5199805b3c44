/** The guide's `pg_stat_activity`: who has been at it for long, and who holds a transaction open and does nothing. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem } from '../../src/runbook/finding.ts';
import {
  byLongest,
  isClient,
  isIdleInTransaction,
  isMaintenance,
  LONG_SECONDS,
  type Session,
  sessionLine,
} from '../parts/database.ts';
import { longIdleTransactions } from '../parts/end-sessions.ts';
import { noDatabase } from '../parts/target.ts';
import { count } from '../parts/words.ts';
import { blockades } from './locks.ts';

/** No request waits that long; a report might. */
const NOTABLE_SECONDS = 60;

/** At work, and not merely waiting for somebody else, who is then the one to look at. */
export const isAtWork = (session: Session): boolean =>
  isClient(session) &&
  session.state === 'active' &&
  session.blockedBy.length === 0 &&
  !isMaintenance(session);

/** At work for another application, which shares the server and is not Paksa's to end. */
const isElsewhere = ({ kind, own, elsewhere, state, seconds }: Session): boolean =>
  kind === 'client backend' && !own && elsewhere && state === 'active' && seconds > NOTABLE_SECONDS;

const lines = (sessions: readonly Session[]) => sessions.slice(0, 8).map((session) => sessionLine(session));

export const active = check(
  'Queries under way',
  async ({ postgres, signal }) => {
    const all = await postgres.sessions(signal);
    const sessions = all.filter(isClient);
    const others = byLongest(all.filter(isElsewhere));
    const working = byLongest(sessions.filter(isAtWork));
    const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0).length;
    const maintenance = sessions.filter(isMaintenance);
    const evidence = {
      active: working.length,
      'waiting for locks': waiting,
      longest: lines(working),
      ...(maintenance.length > 0 ? { maintenance: lines(maintenance) } : {}),
      ...(others.length > 0 ? { 'of other databases': lines(others) } : {}),
    };
    const [longest] = working;
    const long = working.filter(({ seconds }) => seconds > LONG_SECONDS).length;
    if (!longest || longest.seconds <= NOTABLE_SECONDS)
      return healthy(
        longest ? `${count(working.length, 'query', 'queries')}, none for over a minute` : 'none',
        evidence,
      );
    const isCritical = long > 0;
    return problem(
      `${isCritical ? `${count(long, 'query has', 'queries have')} run for over ${LONG_SECONDS / 60} min; ` : ''}the longest is ${sessionLine(longest, 160)}`,
      {
        evidence,
        severity: isCritical ? 'critical' : 'warning',
        suggests: isCritical ? ['terminate-queries'] : [],
      },
    );
  },
  { skip: noDatabase },
);

export const idleInTransaction = check(
  'Transactions left open',
  async ({ postgres, signal }) => {
    const sessions = await postgres.sessions(signal);
    // Those that somebody waits for are told with who waits.
    const blockers = new Set(blockades(sessions).map(({ pid }) => pid));
    const idle = byLongest(longIdleTransactions(sessions)).filter(({ pid }) => !blockers.has(pid));
    const [longest] = idle;
    if (!longest) {
      const short = sessions.filter((session) => isClient(session) && isIdleInTransaction(session)).length;
      return healthy(short === 0 ? 'none' : `${short}, none that long that it matters`);
    }
    return problem(
      `${count(idle.length, 'session holds', 'sessions hold')} a transaction open and ${idle.length === 1 ? 'does' : 'do'} nothing, which keeps vacuum from its work: ${sessionLine(longest, 160)}`,
      { evidence: { idle: lines(idle) }, severity: 'warning', suggests: ['end-idle-transactions'] },
    );
  },
  { skip: noDatabase },
);

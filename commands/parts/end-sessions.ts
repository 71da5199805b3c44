/** Ends sessions by pid and start. Which ones is all that the fixes that do so differ in. */
import { type Change, type Fix, fix, irreversible, type Preview, type Risk } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import {
  byLongest,
  clientOf,
  databaseOf,
  isClient,
  isIdleInTransaction,
  isMaintenance,
  LONG_SECONDS,
  type Session,
  statementOf,
} from './database.ts';
import { noDatabase } from './target.ts';
import { count, span } from './words.ts';

/** At a time: where ever more of them grow old, the set of the longest ones stays what it was when it was approved. */
const MOST = 20;
const SHOWN = 8;

export interface Ending {
  readonly risk: Risk;
  readonly pick: (sessions: readonly Session[]) => readonly Session[];
  /** Why there may be nobody to end. */
  readonly nobody: string;
  readonly verifiedBy: readonly string[];
  /** What it does besides, such as to the connections left. */
  readonly more?: (ending: readonly Session[], context: CheckContext) => Promise<readonly Change[]>;
}

export const endSessions = (title: string, { risk, pick, nobody, verifiedBy, more }: Ending): Fix => {
  const chosen = async ({ postgres, signal }: CheckContext) =>
    byLongest(pick(await postgres.sessions(signal))).slice(0, MOST);
  return fix(title, {
    risk,
    touches: ['sessions'],
    unavailable: noDatabase,
    preview: async (context) => {
      const sessions = await chosen(context);
      if (sessions.length === 0) throw new Error(nobody);
      const others = (await more?.(sessions, context)) ?? [];
      return {
        summary: `End ${count(sessions.length, 'session')} of ${databaseOf(context).database}: pid ${sessions.map(({ pid }) => pid).join(', ')}`,
        changes: [...others, ...changesOf(sessions)],
        notes: notesOf(sessions),
        extent: { sessions: sessions.length },
        boundTo: sessions.map(stateOf).join(' '),
      };
    },
    run: async (context) => {
      const approved = context.approved.split(' ');
      const sessions = (await chosen(context)).filter((session) => approved.includes(stateOf(session)));
      if (sessions.length === 0) return 'they had ended by themselves';
      const ended = await context.postgres.terminate(
        sessions.map(({ pid, backendStart, queryStart }) => ({
          pid,
          backendStart,
          ...(queryStart ? { queryStart } : {}),
        })),
        context.signal,
      );
      return `${ended} of ${count(sessions.length, 'session')} ended`;
    },
    undo: irreversible(
      'an ended session is gone: its application connects again and repeats what it was doing',
    ),
    verifiedBy,
  });
};

/** Those that hold a connection, and perhaps locks, without doing anything. */
export const endIdleTransactions = (
  title: string,
  options: Pick<Ending, 'verifiedBy'> & Partial<Pick<Ending, 'more'>>,
): Fix =>
  endSessions(title, {
    risk: 'medium',
    pick: longIdleTransactions,
    nobody: `No client has been idle in a transaction for more than ${LONG_SECONDS / 60} min: there is none to end.`,
    ...options,
  });

/** Between two statements a long transaction is idle for a moment too: so long is somebody who has forgotten it. */
const FORGOTTEN_SECONDS = 60;

export const longIdleTransactions = (sessions: readonly Session[]): readonly Session[] =>
  sessions.filter(
    (session) =>
      isClient(session) &&
      isIdleInTransaction(session) &&
      !isMaintenance(session) &&
      session.seconds > LONG_SECONDS &&
      quietSeconds(session) > FORGOTTEN_SECONDS,
  );

/** Since its last statement began, by the server's own clock. */
const quietSeconds = ({ seconds, transactionStart, queryStart }: Session): number =>
  transactionStart && queryStart
    ? seconds - (queryStart.getTime() - transactionStart.getTime()) / 1000
    : seconds;

/** A session that has gone on to another statement since is another matter, and so is another one with its pid. */
const stateOf = ({ pid, backendStart, transactionStart, queryStart }: Session): string =>
  [pid, ...[backendStart, transactionStart, queryStart].map((at) => at?.toISOString() ?? '-')].join('@');

const changesOf = (sessions: readonly Session[]): Change[] => [
  ...sessions.slice(0, SHOWN).map((session) => ({
    what: `Pid ${session.pid}`,
    before: `${clientOf(session)}, ${session.state} for ${span(session.seconds * 1000)}`,
    after: 'ended, its transaction rolled back',
  })),
  ...(sessions.length > SHOWN
    ? [{ what: 'And', before: count(sessions.length - SHOWN, 'other'), after: 'ended likewise' }]
    : []),
];

const WRITES = /\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|ALTER|CREATE|DROP)\b/i;

function notesOf(sessions: readonly Session[]): Preview['notes'] {
  const writers = sessions.filter(({ query }) => WRITES.test(query));
  return [
    ...sessions
      .slice(0, SHOWN)
      .filter(({ query }) => query !== '')
      .map((session) => `Pid ${session.pid}: ${statementOf(session)}`),
    ...(writers.length > 0
      ? [
          `${count(writers.length, 'of them writes', 'of them write')} (pid ${writers.map(({ pid }) => pid).join(', ')}): what it has not committed is lost.`,
        ]
      : []),
    'Their applications get an error, and usually connect again by themselves.',
  ];
}

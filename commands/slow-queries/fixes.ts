/** What the topic `slow-queries` can do: indexes, statistics, and the end of what holds everybody up. */
import { type Fix, fix, irreversible } from '../../src/runbook/fix.ts';
import { isIdleInTransaction, LONG_SECONDS, type Session } from '../parts/database.ts';
import { endIdleTransactions, endSessions } from '../parts/end-sessions.ts';
import { createIndexes, dropInvalidIndexes } from '../parts/index-fixes.ts';
import { noDatabase } from '../parts/target.ts';
import { bytes, count } from '../parts/words.ts';
import { isAtWork } from './activity.ts';
import { blockades, mayBeEnded } from './locks.ts';
import { staleness, staleTables, tableName } from './tables.ts';

/** The guide's five minutes: of those at work, and of those idle at the root of a queue. Who waits is let be. */
function tooLong(sessions: readonly Session[]): readonly Session[] {
  const blocking = new Set(
    blockades(sessions)
      .filter(mayBeEnded)
      .map(({ pid }) => pid),
  );
  return sessions.filter(
    (session) =>
      (isAtWork(session) && session.seconds > LONG_SECONDS) ||
      (isIdleInTransaction(session) && blocking.has(session.pid)),
  );
}

export const endLongQueries = (verifiedBy: readonly string[]): Fix =>
  endSessions('End queries that run too long', {
    risk: 'high',
    pick: tooLong,
    nobody: `No query has run, and nobody has kept others waiting, for more than ${LONG_SECONDS / 60} min: there is none to end.`,
    verifiedBy,
  });

export const fixes = {
  'create-index': createIndexes(),
  'drop-unfinished-indexes': dropInvalidIndexes(['unfinished-indexes']),
  analyze: fix('Update the statistics (ANALYZE)', {
    risk: 'low',
    touches: [],
    unavailable: noDatabase,
    preview: async (context) => {
      const stale = await staleTables(context);
      if (stale.length === 0)
        throw new Error('The statistics of every table are up to date: there is nothing to do.');
      const size = stale.reduce((sum, table) => sum + table.bytes, 0);
      return {
        summary: `Analyse ${count(stale.length, 'table')}, ${bytes(size)}`,
        changes: stale.map((table) => ({
          what: tableName(table),
          before: staleness(table),
          after: 'analysed',
        })),
        notes: ['It reads a sample of each table, and locks neither reads nor writes out.'],
        boundTo: stale.map(tableName).sort().join(' '),
      };
    },
    run: async (context) => {
      const stale = await staleTables(context);
      if (stale.length === 0) return 'they had been brought up to date meanwhile';
      await context.postgres.analyze(
        stale.map(({ schema, table }) => ({ schema, table })),
        context.signal,
      );
      return `analysed ${stale.map(tableName).join(', ')}`;
    },
    undo: irreversible('older statistics are of no use to anybody'),
    verifiedBy: ['statistics'],
    timeoutSeconds: 900,
  }),
  'terminate-queries': endLongQueries(['active', 'locks']),
  'end-idle-transactions': endIdleTransactions('End transactions that do nothing', {
    verifiedBy: ['idle-in-transaction'],
  }),
};

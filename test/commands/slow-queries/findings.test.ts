/** The checks of the topic `slow-queries`: one case a finding. The cases stand beside, by what is looked at. */
import { describe, expect, test } from 'vitest';
import { blockades } from '../../../commands/slow-queries/locks.ts';
import { slowQueries } from '../../../commands/slow-queries.ts';
import { examine } from '../../../src/engine/examine.ts';
import { PRODUCTION } from '../context.ts';
import { type Findings, testFindings } from '../findings.ts';
import { session } from '../sessions.ts';
import { faulty, minutesAgo, under } from '../topic.ts';
import * as activity from './activity.ts';
import { blocker, waiter } from './given.ts';
import * as indexes from './indexes.ts';
import * as locks from './locks.ts';
import * as statements from './statements.ts';
import * as tables from './tables.ts';

const { context } = under(slowQueries);

const FINDINGS: Findings = {
  ...statements.FINDINGS,
  ...activity.FINDINGS,
  ...locks.FINDINGS,
  ...indexes.FINDINGS,
  ...tables.FINDINGS,
};

test('every check has its cases', () => {
  expect(Object.keys(FINDINGS)).toEqual(Object.keys(slowQueries.checks));
});

testFindings(slowQueries, FINDINGS);

describe('blockades', () => {
  test('a chain has one root, a root its whole queue', () => {
    const [only, ...others] = blockades([blocker(9), waiter(1, 5), waiter(2, 4, [1]), waiter(3, 3, [2])]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ pid: 10, seconds: 300 });
    expect(only?.waiters.map(({ pid }) => pid)).toEqual([1, 2, 3]);
  });

  test('nobody is at the root of a circle, which PostgreSQL breaks by itself', () => {
    expect(blockades([waiter(1, 5, [2]), waiter(2, 5, [1])])).toEqual([]);
  });

  test('who is at work in a transaction has held its locks since that began', () => {
    const at = session(10, 1, { transactionStart: minutesAgo(8) });
    expect(blockades([at, waiter(1, 5)])).toMatchObject([{ seconds: 300 }]);
  });
});

test('a database that cannot be asked is not known to be well', async () => {
  const down = faulty('unreachable', 'Nothing listens on postgres:5432');
  const asked = {
    statements: down,
    sessions: down,
    missingIndexes: down,
    invalidIndexes: down,
    tables: down,
  };
  const { findings } = await examine(slowQueries, PRODUCTION, context({ postgres: asked }), {
    redact: (value) => value,
  });
  for (const { status, summary } of findings)
    expect([status, summary]).toEqual(['inconclusive', 'could not look: Nothing listens on postgres:5432']);
});

test('without a database there is nothing to look at', async () => {
  const { skipped } = await examine(slowQueries, { environment: 'empty' }, context(), {
    redact: (value) => value,
  });
  const looked = Object.entries(slowQueries.checks).filter(([, { isOnlyNamed }]) => !isOnlyNamed);
  expect(skipped.map(({ check }) => check)).toEqual(looked.map(([id]) => id));
});

/** The checks of the topic `migrations`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { migrations } from '../../commands/migrations.ts';
import type { Target } from '../../src/runbook/target.ts';
import { PRODUCTION } from './context.ts';
import { HALF_BUILT } from './sample-indexes.ts';
import { BEHIND, given, revision, TWO_HEADS, UNKNOWN, UP_TO_DATE } from './sample-migrations.ts';
import { under } from './topic.ts';

const { look } = under(migrations);

describe('a database and a code that agree', () => {
  test.each(Object.keys(migrations.checks))('%s is healthy', async (id) => {
    expect(await look(id, given())).toMatchObject({ status: 'healthy' });
  });
});

describe('a problem', () => {
  test.each([
    ['current', UNKNOWN, /at f00, which the code does not have/, [], 'critical'],
    ['current', { ...UP_TO_DATE, current: [] }, /never migrated/, ['upgrade'], 'critical'],
    ['heads', TWO_HEADS, /2 heads/, ['merge-heads'], 'critical'],
    ['up-to-date', BEHIND, /behind the code by 2 revisions/, ['upgrade'], 'warning'],
    ['up-to-date', TWO_HEADS, /behind the code by 1 revision$/, ['merge-heads'], 'warning'],
    [
      'history',
      { ...UP_TO_DATE, revisions: [revision('c3', ['gone'], true)] },
      /c3 builds on a revision that is missing/,
      [],
      'critical',
    ],
    [
      'branches',
      { ...TWO_HEADS, current: ['c3', 'd4'] },
      /2 revisions at once/,
      ['merge-heads', 'upgrade'],
      'warning',
    ],
  ] as const)('%s', async (id, state, summary, suggests, severity) => {
    expect(await look(id, given(state))).toMatchObject({
      status: 'problem',
      summary: expect.stringMatching(summary),
      suggests,
      severity,
    });
  });

  test('a half-built index, but not one that is being built', async () => {
    const answers = (inProgress: boolean) =>
      given(UP_TO_DATE, { postgres: { invalidIndexes: async () => [{ ...HALF_BUILT, inProgress }] } });
    expect(await look('leftovers', answers(false))).toMatchObject({
      status: 'problem',
      evidence: { indexes: ['public.idx_half on invoices'] },
      suggests: ['drop-leftovers'],
    });
    expect(await look('leftovers', answers(true))).toMatchObject({ status: 'healthy' });
  });
});

test('what cannot be compared is not called healthy', async () => {
  expect(await look('up-to-date', given(UNKNOWN))).toMatchObject({ status: 'inconclusive' });
  for (const id of ['current', 'heads', 'history'])
    expect(await look(id, given({ current: [], heads: [], revisions: [] }))).toMatchObject({
      status: 'inconclusive',
    });
});

test('Alembic that cannot be asked is the engine’s to report', async () => {
  const away = given(UP_TO_DATE, {
    alembic: { migrations: () => Promise.reject(new Error('no container')) },
  });
  await expect(look('current', away)).rejects.toThrow('no container');
});

test('without Alembic there is nothing to look at, and to drop leftovers is all that is left to do', () => {
  const { alembic: _, ...without }: Target = PRODUCTION;
  const why = 'no Alembic configured (environments.production.alembic)';
  expect(migrations.checks.current?.skip(without)).toBe(why);
  for (const [id, fix] of Object.entries(migrations.fixes))
    expect(fix.unavailable(without)).toBe(id === 'drop-leftovers' ? undefined : why);
  expect(migrations.checks.current?.skip(PRODUCTION)).toBeUndefined();
});

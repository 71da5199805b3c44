/** The fixes of the topic `migrations`: what they show, do and take back. */
import { describe, expect, test } from 'vitest';
import type { Migrations } from '../../commands/migrations/lineage.ts';
import { migrations } from '../../commands/migrations.ts';
import { type Given, PRODUCTION } from './context.ts';
import { HALF_BUILT } from './sample-indexes.ts';
import { BEHIND, FORKED, given, revision, TWO_HEADS, UNKNOWN, UP_TO_DATE } from './sample-migrations.ts';
import { under } from './topic.ts';

const { context, fixCalled, undoOf } = under(migrations);

describe('merge-heads', () => {
  const merge = fixCalled('merge-heads');
  const undo = undoOf('merge-heads');

  test('shows both heads; bound to them, in whatever order they come', async () => {
    const preview = await merge.preview(context(given(TWO_HEADS)));
    expect(preview).toMatchObject({
      changes: [{ what: 'Heads', before: 'd4 (step d4) and c3 (step c3)', after: 'one new revision' }],
      boundTo: 'c3+d4',
    });
    const turned = await merge.preview(context(given({ ...TWO_HEADS, heads: ['c3', 'd4'] })));
    expect(turned.boundTo).toBe(preview.boundTo);
  });

  test.each([
    ['one head', UP_TO_DATE, /nothing to merge/],
    [
      'a database at a revision that nobody knows',
      { ...TWO_HEADS, current: ['f00'] },
      /procedure manual-fix/,
    ],
  ])('is refused with %s', async (_, state, why) => {
    await expect(merge.preview(context(given(state)))).rejects.toThrow(why);
  });

  test('merges once, and says where the file is', async () => {
    const asked: string[] = [];
    const acting = context({
      alembic: {
        mergeHeads: async (message) => {
          asked.push(message);
          return { id: 'e5', file: '/app/versions/e5_merge.py' };
        },
      },
    });
    expect(await merge.run(acting)).toContain('/app/versions/e5_merge.py');
    expect(asked).toEqual(['merge heads']);
  });

  test('is undone by removing the revision that has both as its parents, and no other', async () => {
    const kept = await undo.capture(context(given(TWO_HEADS)));
    const merged = {
      ...TWO_HEADS,
      heads: ['e5'],
      revisions: [revision('e5', ['c3', 'd4'], true), ...FORKED.map((old) => ({ ...old, isHead: false }))],
    };
    const removed: string[] = [];
    const removeRevision = async (file: string) => {
      removed.push(file);
    };
    await undo.apply(context(given(merged, { alembic: { removeRevision } })), kept);
    expect(removed).toEqual(['/app/versions/e5.py']);
    expect(await undo.isBack(context(given(TWO_HEADS)), kept)).toBe(true);
    expect(await undo.isBack(context(given(merged)), kept)).toBe(false);
    await expect(undo.apply(context(given(UP_TO_DATE)), kept)).rejects.toThrow('not there any more');
    await expect(async () => undo.apply(context(), { heads: ['c3'] })).rejects.toThrow();
  });
});

describe('upgrade', () => {
  const upgrade = fixCalled('upgrade');

  test('lists what would be applied, oldest first; bound to where it is and where it goes', async () => {
    expect(await upgrade.preview(context(given(BEHIND)))).toMatchObject({
      summary: 'Apply 2 revisions',
      changes: [
        { what: 'Revision', before: 'a1', after: 'c3' },
        { what: 'Apply', after: 'b2 (step b2)' },
        { what: 'Apply', after: 'c3 (step c3)' },
      ],
      boundTo: 'a1>c3',
    });
  });

  test.each([
    ['nothing to apply', UP_TO_DATE, /nothing to do/],
    ['several heads', TWO_HEADS, /merge the heads first/],
  ])('is refused with %s', async (_, state, why) => {
    await expect(upgrade.preview(context(given(state)))).rejects.toThrow(why);
  });

  test('goes to the heads, once', async () => {
    const asked: string[] = [];
    const acting = given(UP_TO_DATE, {
      alembic: {
        upgrade: async (to) => {
          asked.push(to);
        },
      },
    });
    expect(await upgrade.run(context(acting))).toBe('the database is at c3');
    expect(asked).toEqual(['heads']);
  });
});

describe('downgrade', () => {
  const downgrade = fixCalled('downgrade');
  const undo = undoOf('downgrade');
  const SQL = `BEGIN;

-- Running downgrade c3 -> b2

ALTER TABLE invoices DROP COLUMN note;

DROP INDEX CONCURRENTLY idx_note;

CREATE INDEX idx_old ON invoices (id);

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'c3';

COMMIT;
`;
  const answers = (state: Migrations, more: Given['alembic'] = {}) =>
    given(state, {
      alembic: { downgradeSql: async () => SQL, ...more },
      postgres: { usersOf: async () => 3 },
    });

  test('shows the SQL of that step and the locks that it takes, without Alembic’s own', async () => {
    const preview = await downgrade.preview(context(answers(UP_TO_DATE)));
    expect(preview).toMatchObject({
      changes: [
        { what: 'Revision', before: 'c3', after: 'b2' },
        { what: 'SQL', after: 'ALTER TABLE invoices DROP COLUMN note' },
        { what: 'SQL', after: 'DROP INDEX CONCURRENTLY idx_note' },
        { what: 'SQL', after: 'CREATE INDEX idx_old ON invoices (id)' },
      ],
      boundTo: 'c3',
    });
    expect(preview.notes).toEqual(
      expect.arrayContaining([
        'ACCESS EXCLUSIVE lock (reads and writes wait) on invoices.',
        'SHARE UPDATE EXCLUSIVE lock (reads and writes go on) on idx_note.',
        'SHARE lock (writes wait while it is built) on invoices.',
        '3 sessions use invoices now.',
      ]),
    );
  });

  test('is refused for a database that stands on several revisions, or on an unknown one', async () => {
    const twice = answers({ ...TWO_HEADS, current: ['c3', 'd4'] });
    await expect(downgrade.preview(context(twice))).rejects.toThrow('merge the heads first');
    await expect(downgrade.preview(context(answers(UNKNOWN)))).rejects.toThrow('manual-fix');
  });

  test('has acted once the database stands elsewhere: the revision before was healthy too', async () => {
    const acted = (state: Migrations) =>
      downgrade.hasActed?.(context(answers(state)), { approved: 'c3', finished: true });
    expect(await acted(UP_TO_DATE)).toBe(false);
    expect(await acted(BEHIND)).toBe(true);
  });

  test('goes back once, and is undone by going to the revision that was there', async () => {
    const went: string[] = [];
    const going = (to: string) => {
      went.push(to);
      return Promise.resolve();
    };
    const acting = context(answers(UP_TO_DATE, { downgrade: going, upgrade: going }));
    const kept = await undo.capture(acting);
    await downgrade.run(acting);
    expect(await undo.apply(acting, kept)).toBe('the database is at c3 again');
    expect(went).toEqual(['-1', 'c3']);
    expect(await undo.isBack(acting, kept)).toBe(true);
    expect(await undo.isBack(context(given(BEHIND)), kept)).toBe(false);
    await expect(async () => undo.apply(acting, { current: 'c3' })).rejects.toThrow();
  });
});

describe('drop-leftovers', () => {
  const drop = fixCalled('drop-leftovers');
  const found = [HALF_BUILT, { ...HALF_BUILT, name: 'idx_being_built', inProgress: true }];

  test('needs a database, and nothing of Alembic', () => {
    const { alembic: _, ...without } = PRODUCTION;
    expect(drop.unavailable(without)).toBeUndefined();
    const { postgres: __, ...neither } = without;
    expect(drop.unavailable(neither)).toMatch(/no database configured/);
  });

  test('drops the half-built ones, and none that is being built', async () => {
    const dropped: string[] = [];
    const acting = context({
      postgres: {
        invalidIndexes: async () => found,
        dropIndex: async ({ name }) => {
          dropped.push(name);
        },
      },
    });
    expect(await drop.preview(acting)).toMatchObject({
      changes: [{ what: 'public.idx_half', after: 'gone' }],
      boundTo: 'public.idx_half',
    });
    expect(await drop.run(acting)).toBe('1 half-built index dropped');
    expect(dropped).toEqual(['idx_half']);
  });

  test('has nothing to do without one', async () => {
    await expect(drop.preview(context(given()))).rejects.toThrow('nothing to drop');
  });
});

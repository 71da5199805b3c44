/** What the topic `migrations` can do: bring heads together, go one revision back or all the way forward, clear what a failed one left. */
import { z } from 'zod';
import { fix, irreversible, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { noAlembic, noDatabase } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import { named, pending, unknown } from './lineage.ts';
import { locksOf, shutTables, statementsOf } from './locks.ts';

/** A migration that is stopped in the middle is worse than a slow one. */
const LONGEST_SECONDS = 3300;
const PATIENCE = `It may take up to ${LONGEST_SECONDS / 60} min; then it is stopped, and rolled back as far as it is one transaction.`;

const Heads = z.object({ heads: z.array(z.string()).min(2) });
const Place = z.object({ current: z.array(z.string()) });

/** The state of the migrations, as far as these fixes can work on it. */
async function standing({ alembic, signal }: CheckContext) {
  const state = await alembic.migrations(signal);
  const [stranger] = unknown(state);
  if (stranger !== undefined)
    throw new Error(
      `The database stands at ${stranger}, which the code does not have: deploy the code that has it, or start the procedure manual-fix.`,
    );
  return state;
}

const single = (revisions: readonly string[], what: string): string => {
  const [only, another] = revisions;
  if (only === undefined || another !== undefined)
    throw new Error(`${what} is ${revisions.join(' and ') || 'nothing'}: merge the heads first.`);
  return only;
};

/** Who would have to wait, and be waited for. */
const usersOf = async (
  { postgres, target, signal }: CheckContext,
  tables: readonly string[],
): Promise<readonly string[]> => {
  if (noDatabase(target) !== undefined) return [];
  const counted = await Promise.all(tables.map((table) => asked(postgres.usersOf(table, signal))));
  return tables.flatMap((table, index) => {
    const users = counted[index];
    return users?.answered ? [`${count(users.answer, 'session uses', 'sessions use')} ${table} now.`] : [];
  });
};

export const fixes = {
  'merge-heads': fix('Merge the heads', {
    risk: 'medium',
    touches: ['schema'],
    unavailable: noAlembic,
    preview: async (context) => {
      const { heads, revisions } = await standing(context);
      if (heads.length < 2) throw new Error(`There is one head, ${heads[0] ?? 'none'}: nothing to merge.`);
      const titles = revisions.filter(({ id }) => heads.includes(id)).map(named);
      return {
        summary: `Write a revision that joins ${heads.length} heads`,
        changes: [{ what: 'Heads', before: titles.join(' and '), after: 'one new revision' }],
        notes: [
          'The database is not touched: the new revision changes no table.',
          'Its file is written where Alembic runs: bring it into the repository, or the next image loses it.',
          'Two branches that change the same table still need a person’s eye.',
        ],
        boundTo: heads.toSorted().join('+'),
      };
    },
    run: async ({ alembic, signal }) => {
      const { id, file } = await alembic.mergeHeads('merge heads', signal);
      return `revision ${id} joins them (${file}): bring it into the repository`;
    },
    undo: undoWith({
      title: 'Remove the revision that joins them',
      capture: async ({ alembic, signal }) => ({ heads: [...(await alembic.migrations(signal)).heads] }),
      parse: (data) => Heads.parse(data),
      apply: async ({ alembic, signal }, { heads }) => {
        const { revisions } = await alembic.migrations(signal);
        const joint = revisions.find(
          ({ isHead, parents }) =>
            isHead && parents.length === heads.length && heads.every((head) => parents.includes(head)),
        );
        if (joint?.file === undefined)
          throw new Error('The revision that joined them is not there any more: nothing to remove.');
        await alembic.removeRevision(joint.file, signal);
        return `revision ${joint.id} is removed`;
      },
      isBack: async ({ alembic, signal }, { heads }) =>
        (await alembic.migrations(signal)).heads.toSorted().join() === heads.toSorted().join(),
      startsFrom: async ({ alembic, signal }) =>
        (await alembic.migrations(signal)).heads.toSorted().join('+'),
    }),
    verifiedBy: ['heads'],
  }),
  upgrade: fix('Upgrade to the code’s head', {
    risk: 'high',
    touches: ['schema'],
    unavailable: noAlembic,
    preview: async (context) => {
      const state = await standing(context);
      const head = single(state.heads, 'The head');
      const missing = pending(state);
      if (missing.length === 0) throw new Error('Every revision of the code is applied: nothing to do.');
      return {
        summary: `Apply ${count(missing.length, 'revision')}`,
        changes: [
          { what: 'Revision', before: state.current.join(' and ') || 'none', after: head },
          ...missing.slice(0, 5).map((revision) => ({
            what: 'Apply',
            before: '',
            after: short(named(revision), 100),
          })),
        ],
        notes: [
          'Unless env.py says otherwise, all of them are one transaction: the first that fails takes the others back.',
          PATIENCE,
        ],
        boundTo: `${state.current.toSorted().join('+')}>${head}`,
      };
    },
    run: async ({ alembic, signal }) => {
      await alembic.upgrade('heads', signal);
      return `the database is at ${(await alembic.migrations(signal)).current.join(' and ')}`;
    },
    undo: irreversible('going back is “downgrade”, one revision at a time, with a look at its SQL'),
    verifiedBy: ['current', 'up-to-date'],
    timeoutSeconds: LONGEST_SECONDS,
  }),
  downgrade: fix('Go back one revision', {
    risk: 'high',
    touches: ['schema'],
    unavailable: noAlembic,
    preview: async (context) => {
      const { alembic, signal } = context;
      const [{ current, revisions }, sql] = await Promise.all([
        standing(context),
        alembic.downgradeSql(signal),
      ]);
      const at = single(current, 'The revision of the database');
      const parent = revisions.find(({ id }) => id === at)?.parents[0];
      const statements = statementsOf(sql);
      return {
        summary: `Take the database from ${at} to ${parent ?? 'before the first revision'}`,
        changes: [
          { what: 'Revision', before: at, after: parent ?? 'none' },
          ...statements
            .slice(0, 6)
            .map((statement) => ({ what: 'SQL', before: '', after: short(statement, 150) })),
        ],
        notes: [
          ...(statements.length > 6 ? [`${statements.length - 6} more statements.`] : []),
          ...locksOf(statements),
          ...(await usersOf(context, shutTables(statements))),
          'What the revision had added is dropped with its data: an undo brings the columns back, empty.',
          PATIENCE,
        ],
        boundTo: at,
      };
    },
    run: async ({ alembic, signal }) => {
      await alembic.downgrade('-1', signal);
      return `the database is at ${(await alembic.migrations(signal)).current.join(' and ') || 'no revision'}`;
    },
    undo: undoWith({
      title: 'Apply the revision again; data that it had held is not brought back',
      capture: async ({ alembic, signal }) => ({ current: [...(await alembic.migrations(signal)).current] }),
      parse: (data) => Place.parse(data),
      apply: async ({ alembic, signal }, { current }) => {
        await alembic.upgrade(single(current, 'What was kept'), signal);
        return `the database is at ${current.join()} again`;
      },
      isBack: async ({ alembic, signal }, { current }) =>
        (await alembic.migrations(signal)).current.join() === current.join(),
      startsFrom: async ({ alembic, signal }) =>
        (await alembic.migrations(signal)).current.toSorted().join('+'),
    }),
    verifiedBy: ['current'],
    // Every revision that the code knows is healthy, the one before the step too.
    hasActed: async ({ alembic, signal }, { approved }) =>
      (await alembic.migrations(signal)).current.toSorted().join('+') !== approved,
    timeoutSeconds: LONGEST_SECONDS,
  }),
  'drop-leftovers': fix('Drop half-built indexes', {
    risk: 'low',
    touches: ['schema'],
    unavailable: noDatabase,
    preview: async ({ postgres, signal }) => {
      const invalid = (await postgres.invalidIndexes(signal)).filter(({ inProgress }) => !inProgress);
      if (invalid.length === 0) throw new Error('There is no half-built index: nothing to drop.');
      return {
        summary: `Drop ${count(invalid.length, 'index', 'indexes')} that no query can use`,
        changes: invalid.map(({ schema, name, table }) => ({
          what: `${schema}.${name}`,
          before: `half built on ${table}`,
          after: 'gone',
        })),
        notes: ['Applying the migration again builds it anew.'],
        boundTo: invalid.map(({ schema, name }) => `${schema}.${name}`).join('+'),
      };
    },
    run: async ({ postgres, signal }) => {
      const invalid = (await postgres.invalidIndexes(signal)).filter(({ inProgress }) => !inProgress);
      for (const index of invalid) await postgres.dropIndex(index, signal);
      return `${count(invalid.length, 'half-built index', 'half-built indexes')} dropped`;
    },
    undo: irreversible('an invalid index serves no query: its migration builds it again'),
    verifiedBy: ['leftovers'],
    timeoutSeconds: 300,
  }),
};

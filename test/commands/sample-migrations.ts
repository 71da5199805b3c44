/** A database and a code as Alembic tells of them: agreed, behind, forked, unknown. */
import type { Migrations } from '../../commands/migrations/lineage.ts';
import type { Given } from './context.ts';

export const revision = (id: string, parents: readonly string[], isHead = false) => ({
  id,
  parents,
  message: `step ${id}`,
  isHead,
  file: `/app/versions/${id}.py`,
});
/** Newest first, as Alembic lists them. */
const LINE = [revision('c3', ['b2'], true), revision('b2', ['a1']), revision('a1', [])];
export const FORKED = [revision('d4', ['b2'], true), ...LINE];
export const UP_TO_DATE = { current: ['c3'], heads: ['c3'], revisions: LINE };
export const TWO_HEADS = { current: ['c3'], heads: ['d4', 'c3'], revisions: FORKED };
export const BEHIND = { ...UP_TO_DATE, current: ['a1'] };
export const UNKNOWN = { ...UP_TO_DATE, current: ['f00'] };

export const given = (state: Migrations = UP_TO_DATE, more: Given = {}): Given => ({
  alembic: { migrations: async () => state, ...more.alembic },
  postgres: { invalidIndexes: async () => [], ...more.postgres },
});

/** How the revisions of the code and the one of the database belong together. */
import type { CheckContext } from '../../src/runbook/tools.ts';

export type Migrations = Awaited<ReturnType<CheckContext['alembic']['migrations']>>;
export type Revision = Migrations['revisions'][number];

/** The revisions that these stand on, with themselves. Unknown ones lead nowhere. */
export function ancestors(of: readonly string[], revisions: readonly Revision[]): ReadonlySet<string> {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const seen = new Set<string>();
  const open = [...of];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(byId.get(id)?.parents ?? []));
  }
  return seen;
}

/** What the code has and the database does not yet, oldest first. */
export function pending({ current, revisions }: Migrations): readonly Revision[] {
  const applied = ancestors(current, revisions);
  return revisions.filter(({ id }) => !applied.has(id)).toReversed();
}

export const unknown = ({ current, revisions }: Migrations): readonly string[] =>
  current.filter((id) => !revisions.some((revision) => revision.id === id));

/** `1975ea83b712 (Add a column)`. */
export const named = ({ id, message }: Pick<Revision, 'id' | 'message'>): string =>
  message === '' ? id : `${id} (${message})`;

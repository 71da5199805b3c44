/** What the topic `migrations` looks at: where the database stands, where the code wants it, and what a failed attempt left. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import { noAlembic, noDatabase } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import { ancestors, named, pending, unknown } from './lineage.ts';

/** Alembic imports the whole application for each question, and is asked three. */
const ALEMBIC_SECONDS = 30;
const NEEDS_ALEMBIC = { skip: noAlembic, heavy: true, timeoutSeconds: ALEMBIC_SECONDS };

export const checks = {
  current: check(
    'Revision of the database',
    async ({ alembic, signal }) => {
      const state = await alembic.migrations(signal);
      const evidence = { database: state.current, code: state.heads };
      const strangers = unknown(state);
      if (strangers.length > 0)
        return problem(
          `at ${strangers.join(', ')}, which the code does not have: it is newer, or was removed`,
          {
            evidence,
          },
        );
      if (state.revisions.length === 0) return inconclusive('the code has no revisions', evidence);
      if (state.current.length === 0)
        return problem('never migrated: it holds no revision', { evidence, suggests: ['upgrade'] });
      const at = state.revisions.filter(({ id }) => state.current.includes(id));
      return healthy(`at ${at.map(named).join(' and ')}`, evidence);
    },
    NEEDS_ALEMBIC,
  ),
  heads: check(
    'Heads of the code',
    async ({ alembic, signal }) => {
      const { heads, revisions } = await alembic.migrations(signal);
      const evidence = { heads: revisions.filter(({ id }) => heads.includes(id)).map(named) };
      if (heads.length === 0) return inconclusive('the code has no revisions');
      return heads.length === 1
        ? healthy(`one head, ${heads[0]}`, evidence)
        : problem(`${heads.length} heads: an upgrade does not know which way to go`, {
            evidence,
            suggests: ['merge-heads'],
          });
    },
    NEEDS_ALEMBIC,
  ),
  history: check(
    'History of the revisions',
    async ({ alembic, signal }) => {
      const { revisions } = await alembic.migrations(signal);
      if (revisions.length === 0) return inconclusive('the code has no revisions');
      const known = new Set(revisions.map(({ id }) => id));
      const orphans = revisions.filter(({ parents }) => parents.some((parent) => !known.has(parent)));
      const evidence = { newest: revisions.slice(0, 5).map((revision) => short(named(revision), 100)) };
      return orphans.length === 0
        ? healthy(`${count(revisions.length, 'revision')}, each on one that is there`, evidence)
        : problem(`${orphans.map(({ id }) => id).join(', ')} builds on a revision that is missing`, {
            evidence,
          });
    },
    NEEDS_ALEMBIC,
  ),
  'up-to-date': check(
    'Database against the code',
    async ({ alembic, signal }) => {
      const state = await alembic.migrations(signal);
      const missing = pending(state);
      if (unknown(state).length > 0)
        return inconclusive('cannot be compared: the code does not have the revision of the database');
      const evidence = {
        'not yet applied': missing.slice(0, 8).map((revision) => short(named(revision), 100)),
      };
      return missing.length === 0
        ? healthy('every revision of the code is applied')
        : problem(`the database is behind the code by ${count(missing.length, 'revision')}`, {
            evidence,
            severity: 'warning',
            // Several heads have to become one first.
            suggests: state.heads.length > 1 ? ['merge-heads'] : ['upgrade'],
          });
    },
    NEEDS_ALEMBIC,
  ),
  branches: check(
    'Branches in the database',
    async ({ alembic, signal }) => {
      const { current, revisions } = await alembic.migrations(signal);
      const apart = current.filter(
        (id) => !current.some((other) => other !== id && ancestors([other], revisions).has(id)),
      );
      return current.length <= 1
        ? healthy('it stands on a single line')
        : problem(`it stands on ${current.length} revisions at once`, {
            evidence: { revisions: apart },
            severity: 'warning',
            suggests: ['merge-heads', 'upgrade'],
          });
    },
    NEEDS_ALEMBIC,
  ),
  leftovers: check(
    'Left by a failed migration',
    async ({ postgres, signal }) => {
      const invalid = (await postgres.invalidIndexes(signal)).filter(({ inProgress }) => !inProgress);
      const evidence = {
        indexes: invalid.slice(0, 8).map(({ schema, name, table }) => `${schema}.${name} on ${table}`),
      };
      return invalid.length === 0
        ? healthy('no half-built index')
        : problem(
            `${count(invalid.length, 'half-built index', 'half-built indexes')}: a build outside of a transaction failed`,
            {
              evidence,
              suggests: ['drop-leftovers'],
            },
          );
    },
    { skip: noDatabase },
  ),
};

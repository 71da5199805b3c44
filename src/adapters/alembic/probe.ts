/** Asks alembic where the database stands, what the code has, and what one step back would do. Changes nothing. */
import type { Exec } from '../exec/port.ts';
import { failure, withoutCredentials } from './errors.ts';
import { readMigrations } from './migrations.ts';
import type { AlembicProbe, AlembicSettings, Migrations } from './port.ts';
import { askAlembic } from './program.ts';

const MOST_BYTES = 131_072;

export function createAlembicProbe(settings: () => AlembicSettings, exec: Exec): AlembicProbe {
  return {
    async migrations(signal) {
      return readMigrations(settings(), exec, signal);
    },

    async downgradeSql(signal) {
      const alembic = settings();
      const { from, to } = oneStepBack(await readMigrations(alembic, exec, signal));
      const { stdout, truncated } = await askAlembic(alembic, exec, ['downgrade', `${from}:${to}`, '--sql'], {
        operation: 'downgrade sql',
        signal,
        maxBytes: MOST_BYTES,
      });
      return withoutCredentials(truncated ? `-- more than ${MOST_BYTES / 1024} KiB: cut\n${stdout}` : stdout);
    },
  };
}

/** Both ends by name: `--sql` does not ask the database where it is. @throws AdapterError refused, when “one back” has no one meaning */
function oneStepBack({ current, revisions }: Migrations): { from: string; to: string } {
  const refused = (why: string) => failure('downgrade sql', 'refused', why);
  const [from, ...others] = current;
  if (from === undefined)
    throw refused('The database was never migrated: there is no revision to go back from.');
  if (others.length > 0)
    throw refused(
      `The database stands on ${current.join(' and ')}, two branches: downgrade one of them by name, by hand.`,
    );
  const revision = revisions.find(({ id }) => id === from);
  if (revision === undefined)
    throw refused(
      `The database stands on ${from}, which this code does not have: deploy the code that does, then go back with it.`,
    );
  if (revision.parents.length > 1)
    throw refused(
      `${from} merges ${revision.parents.join(' and ')}, and going back would leave both: go forward with a correcting revision, or downgrade to the revision before the branches by hand.`,
    );
  return { from, to: revision.parents[0] ?? 'base' };
}

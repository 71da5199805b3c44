/** The guide's `pg_constraint`, and what it does not say: whether the rows hold what the foreign keys promise. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noDatabase } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';

export type ForeignKey = Awaited<ReturnType<CheckContext['postgres']['foreignKeys']>>[number];

export const foreignKeysOf = ({ postgres, signal }: CheckContext): Promise<readonly ForeignKey[]> =>
  postgres.foreignKeys(signal);

/** `invoices_customer_id_fkey (invoices → customers)`. */
export const sayKey = ({ name, table, references }: ForeignKey): string =>
  `${name} (${table} → ${references})`;

/** Not validated, though nothing speaks against it. */
export const canBeValidated = ({ validated, orphans: lost }: ForeignKey): boolean => !validated && lost === 0;

/** Of the others, those that the validation itself would have to look through. */
export const mayBeTried = ({ validated, orphans: lost }: ForeignKey): boolean =>
  !validated && lost === undefined;

const keys = (number: number): string => count(number, 'foreign key');

/** They count rows. */
const OPTIONS = { skip: noDatabase, timeoutSeconds: 30 };

export const foreignKeysValidated = check(
  'Foreign keys are validated',
  async (context) => {
    const all = await foreignKeysOf(context);
    const found = all.filter(canBeValidated);
    const [first] = found;
    const uncounted = all.filter(mayBeTried);
    const [unsure] = uncounted;
    if (!first && unsure)
      return problem(
        `${sayKey(unsure)} was never validated, and its rows could not be counted in time${uncounted.length > 1 ? ` (and ${uncounted.length - 1} more)` : ''}: the validation itself looks through them`,
        {
          evidence: { 'not validated': uncounted.slice(0, 8).map((key) => short(sayKey(key), 120)) },
          suggests: ['validate-foreign-keys'],
          severity: 'warning',
        },
      );
    if (!first)
      return healthy(
        all.length === 0 ? 'there are none' : `${keys(all.length)}, none left unvalidated for nothing`,
      );
    const others = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
    return problem(`${sayKey(first)} was never validated, though its rows hold${others}`, {
      evidence: { 'not validated': found.slice(0, 8).map((key) => short(sayKey(key), 120)) },
      suggests: ['validate-foreign-keys'],
      severity: 'warning',
    });
  },
  OPTIONS,
);

export const orphans = check(
  'Rows that point at nothing',
  async (context) => {
    const all = await foreignKeysOf(context);
    const broken = all.filter((key) => (key.orphans ?? 0) > 0);
    const uncounted = all.filter((key) => key.orphans === undefined);
    const [first] = broken;
    if (first) {
      const { table, references, orphans: lost = 0, sample } = first;
      const others = broken.length > 1 ? ` (and ${keys(broken.length - 1)} more)` : '';
      return problem(`${count(lost, 'row')} of ${table} point at ${references} that are not there${others}`, {
        evidence: {
          broken: broken.slice(0, 8).map((key) => short(`${key.orphans}: ${sayKey(key)}`, 120)),
          keys: sample.slice(0, 5),
        },
        suggests: ['restore-beside'],
      });
    }
    return uncounted.length > 0
      ? inconclusive(
          `counting took too long for ${uncounted.slice(0, 3).map(sayKey).join(', ')}; none in the ${all.length - uncounted.length} others`,
        )
      : healthy(all.length === 0 ? 'there are no foreign keys' : `none by ${keys(all.length)}`);
  },
  OPTIONS,
);

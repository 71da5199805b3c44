/** Indexes that are missing, and leftovers of those that were never finished. */
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noDatabase } from './target.ts';
import { bytes, count, short } from './words.ts';

export type Proposal = Awaited<ReturnType<CheckContext['postgres']['missingIndexes']>>['proposals'][number];
export type InvalidIndex = Awaited<ReturnType<CheckContext['postgres']['invalidIndexes']>>[number];

/** Below these, reading the whole table takes no time. A plan or the guide asks for its index; a foreign key may never be searched. */
const LEAST_ROWS: Readonly<Record<Proposal['basis'], number>> = {
  plan: 1000,
  guide: 1000,
  'foreign-key': 100_000,
};
const SHOWN = 8;

const isWorthwhile = ({ basis, tableRows }: Proposal): boolean => tableRows >= LEAST_ROWS[basis];

/** Those that would help, the best founded first. */
export const missingIndexes = async ({ postgres, signal }: CheckContext): Promise<readonly Proposal[]> =>
  (await postgres.missingIndexes(signal)).proposals.filter(isWorthwhile);

/** Unfinished, and nobody at work on them. */
export const leftovers = async ({ postgres, signal }: CheckContext): Promise<readonly InvalidIndex[]> =>
  (await postgres.invalidIndexes(signal)).filter(({ inProgress }) => !inProgress);

export interface Named {
  readonly schema: string;
  readonly name: string;
}

export const fullName = ({ schema, name }: Named): string =>
  schema === 'public' ? name : `${schema}.${name}`;

/** `invoices (tenant_id, created_at)`. */
export const placeOfIndex = ({ schema, table, columns }: Proposal): string =>
  `${fullName({ schema, name: table })} (${columns.join(', ')})`;

/** `8,000 rows, 1.2 MiB`. */
export const tableSize = ({ tableRows, tableBytes }: Proposal): string =>
  `${count(tableRows, 'row')}, ${bytes(tableBytes)}`;

const lineOf = (proposal: Proposal): string =>
  short(`${placeOfIndex(proposal)}, ${tableSize(proposal)}: ${proposal.reason}`, 120);

export const missingIndexCheck = (suggests: readonly string[]) =>
  check(
    'Indexes that are missing',
    async ({ postgres, signal }) => {
      const { proposals, unseen } = await postgres.missingIndexes(signal);
      const found = proposals.filter(isWorthwhile);
      const [best] = found;
      if (best)
        return problem(
          `${placeOfIndex(best)} has none: ${short(best.reason, 200)}${found.length > 1 ? ` (and ${found.length - 1} more)` : ''}`,
          {
            evidence: {
              missing: found.slice(0, SHOWN).map(lineOf),
              ...(unseen === undefined ? {} : { 'not looked at': short(unseen, 200) }),
            },
            suggests,
            severity: 'warning',
          },
        );
      if (unseen !== undefined) return inconclusive(`could not look at the plans: ${unseen}`);
      return proposals.length === 0
        ? healthy('none')
        : healthy(`none that matters yet: ${count(proposals.length, 'candidate')}`, {
            candidates: proposals.slice(0, SHOWN).map(lineOf),
          });
    },
    { skip: noDatabase, timeoutSeconds: 20 },
  );

/** Whether those are built that were found missing. What nobody could look at then, nobody has to look at for this. */
export const foundIndexesBuilt = onlyNamed(
  check(
    'The indexes that were found missing are there',
    async (context) => {
      const left = await missingIndexes(context);
      const [first] = left;
      return first
        ? problem(
            `${placeOfIndex(first)} has none still${left.length > 1 ? ` (and ${left.length - 1} more)` : ''}`,
            {
              evidence: { missing: left.slice(0, SHOWN).map(lineOf) },
              severity: 'warning',
            },
          )
        : healthy('none is missing any more');
    },
    { skip: noDatabase, timeoutSeconds: 20 },
  ),
);

export const invalidIndexCheck = (suggests: readonly string[]) =>
  check(
    'Indexes left unfinished',
    async (context) => {
      const found = await leftovers(context);
      if (found.length === 0) return healthy('none');
      const names = found.map(fullName);
      return problem(`${names.slice(0, 3).join(', ')}: each slows writes down, and helps no query`, {
        evidence: { unfinished: found.slice(0, SHOWN).map((each) => `${fullName(each)} on ${each.table}`) },
        suggests,
        severity: 'warning',
      });
    },
    { skip: noDatabase },
  );

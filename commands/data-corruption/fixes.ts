/** What the topic `data-corruption` can do: the guide's repair, with the way back; validation; and a restore beside. */
import { z } from 'zod';
import { fix, irreversible, undoWith } from '../../src/runbook/fix.ts';
import { dropRestored, restoreBeside } from '../parts/restore.ts';
import { noDatabase } from '../parts/target.ts';
import { count } from '../parts/words.ts';
import { canBeValidated, foreignKeysOf, mayBeTried, sayKey } from './references.ts';
import { type InvoiceTotals, repairable, sampleLines, totalsOf } from './totals.ts';

/** Under which name the old figures are kept. */
const Kept = z.object({ label: z.string().min(1) });

const figures = (number: number): string => number.toLocaleString('en-US');

/** The invoices that would be changed, as far as they can be told from others. */
const stateOf = (totals: InvoiceTotals): string =>
  [
    `${repairable(totals)} wrong`,
    `${totals.undecidable} undecidable`,
    `${totals.negativeRepaired} below zero`,
    ...totals.sample.map(({ id, before, after }) => `${id}:${before}>${after}`),
  ].join(' ');

export const fixes = {
  'repair-totals': fix('Add the totals up again', {
    risk: 'high',
    touches: ['rows'],
    unavailable: noDatabase,
    preview: async (context) => {
      const totals = await totalsOf(context);
      const wrong = repairable(totals);
      const { negative, negativeAfter, negativeRepaired, undecidable } = totals;
      if (wrong === 0)
        throw new Error('Every total that can be added up is right: there is nothing to repair.');
      return {
        summary: `Set total_amount to subtotal + tax_amount in ${count(wrong, 'invoice')}`,
        changes: [
          { what: 'Totals that do not add up', before: figures(wrong), after: '0' },
          {
            what: 'Below zero',
            before: figures(negative),
            after: figures(negativeRepaired),
          },
          { what: 'Undecidable', before: figures(undecidable), after: figures(undecidable) },
        ],
        notes: [
          ...sampleLines(totals).map((line) => `Such as ${line}.`),
          ...(undecidable > 0 ? ['Without a subtotal or a tax, an invoice is left as it is.'] : []),
          ...(negativeAfter > 0
            ? [`${count(negativeAfter, 'invoice stays', 'invoices stay')} below zero.`]
            : []),
          ...(negativeRepaired > negativeAfter
            ? [
                `${count(negativeRepaired - negativeAfter, 'invoice gets', 'invoices get')} below zero by adding up: look at the subtotals first.`,
              ]
            : []),
          'One transaction; the rows are locked for as long. The old figures are kept in the schema paksa_kept.',
        ],
        extent: { rows: wrong },
        boundTo: stateOf(totals),
      };
    },
    run: async ({ postgres, attempt, signal }) => {
      const changed = await postgres.repairTotals(attempt, signal);
      return `${count(changed, 'total')} added up again`;
    },
    undo: undoWith({
      title: 'Put the old totals back',
      capture: async ({ attempt }) => ({ label: attempt }),
      parse: (data) => Kept.parse(data),
      apply: async ({ postgres, signal }, { label }) =>
        `${count(await postgres.restoreTotals(label, signal), 'old total')} put back`,
      // They are let go of with the transaction that puts them back. What somebody has changed since is left alone row by row.
      isBack: async ({ postgres, signal }, { label }) => !(await postgres.keepsTotals(label, signal)),
      startsFrom: async (_, { label }) => label,
    }),
    verifiedBy: ['totals-add-up', 'negative-totals'],
    timeoutSeconds: 600,
  }),
  'validate-foreign-keys': fix('Validate the foreign keys', {
    risk: 'low',
    touches: ['schema'],
    unavailable: noDatabase,
    preview: async (context) => {
      const keys = await foreignKeysOf(context);
      const found = keys.filter((key) => canBeValidated(key) || mayBeTried(key));
      if (found.length === 0)
        throw new Error('No foreign key is left that could be validated: those with lost rows cannot be.');
      return {
        summary: `Validate ${count(found.length, 'foreign key')}`,
        changes: found.map((key) => ({
          what: sayKey(key),
          before: mayBeTried(key) ? 'not validated, its rows not counted' : 'not validated, no row lost',
          after: mayBeTried(key) ? 'validated, if no row is lost' : 'validated',
        })),
        notes: ['It reads each table once, and locks neither reads nor writes out.'],
        unseen: found
          .filter(mayBeTried)
          .map((key) => `the rows of ${sayKey(key)} could not be counted in time`),
        boundTo: found
          .map(({ table, name }) => `${table}.${name}`)
          .sort()
          .join(' '),
      };
    },
    run: async ({ postgres, signal }) => {
      const names = await postgres.validateForeignKeys(signal);
      return names.length === 0 ? 'none was left to validate' : `validated ${names.join(', ')}`;
    },
    undo: irreversible('a validated foreign key promises no more than what was found to be so'),
    verifiedBy: ['foreign-keys-validated'],
    timeoutSeconds: 900,
  }),
  'restore-beside': restoreBeside(['restored']),
  'drop-restored': dropRestored(['restored']),
};

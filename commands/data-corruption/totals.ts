/** The guide's look at the invoices. What adding up would mend is told apart from what only a person can. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noDatabase } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';

export type InvoiceTotals = Awaited<ReturnType<CheckContext['postgres']['invoiceTotals']>>;

export const totalsOf = ({ postgres, signal }: CheckContext): Promise<InvoiceTotals> =>
  postgres.invoiceTotals(signal);

/** Those whose subtotal and tax say what the total ought to be. */
export const repairable = ({ mismatched, undecidable }: InvoiceTotals): number => mismatched - undecidable;

/** Of the negative ones, those that adding up would mend. */
const mendable = ({ negative, negativeAfter }: InvoiceTotals): number => negative - negativeAfter;

const invoices = (number: number): string => count(number, 'invoice');

export const sampleLines = ({ sample }: InvoiceTotals): string[] =>
  sample.map(({ id, before, after }) => short(`invoice ${id}: ${before} → ${after}`, 120));

const OPTIONS = { skip: noDatabase, timeoutSeconds: 20 };

export const negativeTotals = check(
  'Invoices below zero by mistake',
  async (context) => {
    const totals = await totalsOf(context);
    const { negative, negativeAfter } = totals;
    const evidence: Evidence = { 'below zero': negative, 'still, once added up': negativeAfter };
    const wrong = mendable(totals);
    return wrong > 0
      ? problem(`${invoices(wrong)} below zero, whose subtotal and tax add up to something else`, {
          evidence: { ...evidence, sample: sampleLines(totals) },
          suggests: ['repair-totals'],
        })
      : healthy(`none of ${invoices(totals.invoices)}`, evidence);
  },
  OPTIONS,
);

export const negativeFigures = check(
  'Invoices below zero by their own figures',
  async (context) => {
    const { invoices: all, negativeAfter } = await totalsOf(context);
    return negativeAfter > 0
      ? problem(
          `${invoices(negativeAfter)} below zero, and adding up leaves them so: credit notes, or wrong entries; a person has to say`,
          { evidence: { 'below zero': `${negativeAfter} of ${all}` }, severity: 'warning' },
        )
      : healthy(`none of ${invoices(all)}`);
  },
  OPTIONS,
);

export const totalsAddUp = check(
  'Totals are subtotal and tax',
  async (context) => {
    const totals = await totalsOf(context);
    const wrong = repairable(totals);
    return wrong > 0
      ? problem(
          `${count(wrong, 'invoice does', 'invoices do')} not add up, of ${totals.invoices.toLocaleString('en-US')}`,
          { evidence: { wrong, sample: sampleLines(totals) }, suggests: ['repair-totals'] },
        )
      : healthy(`${invoices(totals.invoices)}, all that can be added up do`);
  },
  OPTIONS,
);

export const totalsComplete = check(
  'Subtotal and tax are there',
  async (context) => {
    const { invoices: all, undecidable } = await totalsOf(context);
    return undecidable > 0
      ? problem(
          `${count(undecidable, 'invoice lacks', 'invoices lack')} a subtotal or a tax: nobody can tell whether the total is right`,
          { evidence: { incomplete: `${undecidable} of ${all}` }, severity: 'warning' },
        )
      : healthy(`in all of ${invoices(all)}`);
  },
  OPTIONS,
);

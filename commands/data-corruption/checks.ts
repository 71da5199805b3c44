/** Whether the data hold: the figures of the invoices, what refers to what, the indexes. Also looked at after a loss. */
import { indexesIntact } from './indexes-intact.ts';
import { foreignKeysValidated, orphans } from './references.ts';
import { negativeFigures, negativeTotals, totalsAddUp, totalsComplete } from './totals.ts';

export const checks = {
  'negative-totals': negativeTotals,
  'negative-figures': negativeFigures,
  'totals-add-up': totalsAddUp,
  'totals-complete': totalsComplete,
  'foreign-keys-validated': foreignKeysValidated,
  orphans,
  'indexes-intact': indexesIntact,
};

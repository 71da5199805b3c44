/** The guide's “Restore from backup if needed”: beside the present database, compared, and then a person's decision. */
import { look, type Procedure, person } from '../../src/runbook/procedure.ts';
import { restoreSteps } from '../parts/restore.ts';

/** What says whether the data hold together, after a restore as after a loss. */
export const MUST_HOLD = ['negative-totals', 'totals-add-up', 'foreign-keys-validated', 'orphans'] as const;

/** Where amcheck is not installed nobody can tell, which must not hold up the rest. */
export const lookAtIndexes = look('See whether the indexes are intact', ['indexes-intact']);

export const restoreFromBackup: Procedure = {
  title: 'Restore from a backup',
  steps: {
    'what-is-wrong': look('See what is wrong now', [
      ...MUST_HOLD,
      'negative-figures',
      'totals-complete',
      'indexes-intact',
    ]),
    ...restoreSteps,
    integrity: look('See whether the data hold again', MUST_HOLD, { mustBeHealthy: true }),
    indexes: lookAtIndexes,
    'clean-up': person('Clean up', [
      'When nobody needs the restored database any more, drop it: the fix “Drop the restored database” does.',
      'Write down when the corruption began, and what caused it.',
    ]),
  },
};

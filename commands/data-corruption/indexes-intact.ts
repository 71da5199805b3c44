/**
 * Whether the indexes say what the tables hold, by amcheck. Where nobody has installed it, this is inconclusive and not
 * skipped: a corruption that nobody has looked for is not ruled out, and one statement makes the look possible.
 */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import { noDatabase } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';

export const indexesIntact = check(
  'Indexes are intact',
  async ({ postgres, signal }) => {
    const seen = await postgres.verifyIndexes(signal);
    if (!seen.available)
      return inconclusive(`only amcheck can tell, and it is not there. To have it: ${seen.enable}`);
    const { indexes, broken, unseen } = seen;
    const [first] = broken;
    if (first)
      return problem(
        `${short(first, 200)}${broken.length > 1 ? ` (and ${broken.length - 1} more)` : ''}: queries by it miss rows`,
        {
          evidence: {
            broken: broken.slice(0, 8).map((each) => short(each, 120)),
            looked: indexes,
            'not looked at': unseen,
          },
          suggests: ['restore-beside'],
        },
      );
    const well = `${count(indexes, 'index agrees', 'indexes agree')} with ${indexes === 1 ? 'its table' : 'their tables'}`;
    // The large ones come last, and those that somebody has locked not at all: health is of all or of none.
    return unseen > 0
      ? inconclusive(
          `there was no time for ${unseen} of ${indexes + unseen}${indexes > 0 ? `; ${well}` : ''}. Look at the others by bt_index_check when there is little to do`,
        )
      : healthy(well);
  },
  { skip: noDatabase, timeoutSeconds: 60 },
);

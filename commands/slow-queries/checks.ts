/** What the topic `slow-queries` looks at: what has been slow, what is slow now and who holds it up, and why it may be. */
import { foundIndexesBuilt, invalidIndexCheck, missingIndexCheck } from '../parts/indexes.ts';
import { statementsCheck } from '../parts/statements.ts';
import { active, idleInTransaction } from './activity.ts';
import { locks } from './locks.ts';
import { bloat, statistics } from './tables.ts';

export const checks = {
  statements: statementsCheck(),
  active,
  'idle-in-transaction': idleInTransaction,
  locks,
  indexes: missingIndexCheck(['create-index']),
  'found-indexes': foundIndexesBuilt,
  'unfinished-indexes': invalidIndexCheck(['drop-unfinished-indexes']),
  statistics,
  bloat,
};

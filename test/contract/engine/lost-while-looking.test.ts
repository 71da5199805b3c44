/** The database goes away while something is looked at: the task fails, for the queue to try again, and the process goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { carryOutDiagnosis, type DiagnoseDeps, requestDiagnosis } from '../../../src/engine/diagnose.ts';
import type { Store } from '../../../src/engine/ports.ts';
import { carryOutSurvey, requestSurvey } from '../../../src/engine/survey.ts';
import { createEstate } from '../../../src/estate.ts';
import { check } from '../../../src/runbook/check.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { runbook } from '../../unit/sample-runbook.ts';
import { load, MINIMAL } from '../../unit/written-config.ts';

let database: FreshDatabase;
const unheard = vi.fn();
beforeAll(async () => {
  database = await preparedDatabase();
  process.on('unhandledRejection', unheard);
});
afterEach(() => unheard.mockClear());
afterAll(async () => {
  process.off('unhandledRejection', unheard);
  await database.drop();
});

/** One check ends at once, another when it is let. `lost` resolves once what the first has found could not be shown. */
async function lookingAt() {
  const pool = openPool(database.url, () => undefined);
  const { promise: allowed, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: lost, resolve: isLost } = Promise.withResolvers<void>();
  const slow = check('Slow', () => allowed.then(() => healthy('fine at last')));
  const quick = check('Quick', async () => healthy('fine'));
  const checks = { both: { quick, slow }, quick: { quick }, slow: { slow } };
  const topics = new Map(
    Object.entries(checks).map(([topic, of]) => [topic, runbook(topic, { checks: of })]),
  );
  const kept = createStore(pool, async () => undefined);
  const store: Store = {
    ...kept,
    transact: (work) =>
      kept.transact(work).catch((error: unknown) => {
        isLost();
        throw error;
      }),
  };
  const estate = createEstate(load(MINIMAL).environments);
  const deps: DiagnoseDeps = { store, topics, estate, redact: (value) => value };
  return { deps, pool, lost, letGo };
}

describe.each([
  {
    what: 'a diagnosis',
    ask: (deps: DiagnoseDeps) => requestDiagnosis(deps, { topic: 'both', requestedBy: 'U1' }),
    carryOut: carryOutDiagnosis,
  },
  {
    what: 'a look at everything',
    ask: (deps: DiagnoseDeps) => requestSurvey(deps, { requestedBy: 'U1' }),
    carryOut: carryOutSurvey,
  },
])('$what', ({ ask, carryOut }) => {
  test('fails when it has ended, and not before that behind everybody’s back', async () => {
    const { deps, pool, lost, letGo } = await lookingAt();
    const id = await ask(deps);
    const read = deps.store.diagnosis;
    const readAll = deps.store.survey;
    // What was asked for is read while the database is there; from then on it is gone.
    const gone = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
      const found = await answer;
      await pool.end();
      return found;
    };
    const store = {
      ...deps.store,
      diagnosis: (of: string) => gone(read(of)),
      survey: (of: string) => gone(readAll(of)),
    };
    const ended = expect(carryOut({ ...deps, store }, id)).rejects.toThrow('after calling end on the pool');
    await lost;
    // Node tells of what nobody has heard once all that was ready has run.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    letGo();
    await ended;
    expect(unheard).not.toHaveBeenCalled();
  });
});

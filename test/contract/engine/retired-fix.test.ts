/** A fix or an environment can be gone when its turn comes, after an upgrade or an edit: that is said, and never waited for. */
import { expect, test } from 'vitest';
import { topics } from '../../../commands/index.ts';
import type { Estate } from '../../../src/engine/ports.ts';
import { carryOut, drawPreview, recoverLost } from '../../../src/engine/remediate.ts';
import { verify } from '../../../src/engine/verify.ts';
import type { WorkDeps } from '../../../src/engine/workshop.ts';
import { createEstate } from '../../../src/estate.ts';
import type { AttemptStage } from '../../../src/incident/incident.ts';
import { createStore } from '../../../src/store/store.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { at, attempt, incident } from '../../unit/sample-incident.ts';
import { named } from './system-down.ts';

const pool = paksaTables();

const REF = { fix: 'retired', round: 1 };
const known = createEstate([named('production')]);
const none: Estate = createEstate([named('another')]);

const deps = (estate: Estate): WorkDeps => ({
  store: createStore(pool(), async () => undefined),
  topics,
  estate,
  owner: 'this test',
  redact: (value) => value,
  checkpoint: () => undefined,
  settleMs: 0,
});

/** An incident of `ssl` in `production` whose attempt stands at this stage. */
async function standing(id: string, stage: AttemptStage, fix: string): Promise<void> {
  const given = incident({
    id,
    topic: 'ssl',
    environment: 'production',
    fingerprint: id,
    attempts: { [fix]: { ...attempt(stage), fix, round: 1 } },
  });
  await deps(known).store.transact((tx) => tx.save(given, at({ type: 'acknowledged' }), []));
}

test.each([
  ['previewing', drawPreview, 'preview-failed'],
  ['approved', carryOut, 'failed'],
  ['undoing', carryOut, 'undo-failed'],
  ['approved', recoverLost, 'failed'],
  ['verifying', verify, 'failed'],
] as const)('a fix that is gone while it is %s', async (stage, step, end) => {
  const id = `INC-${stage}-${step.name}`;
  await standing(id, stage, 'retired');
  await step(deps(known), id, REF);
  const { attempts } = (await deps(known).store.incident(id)) ?? {};
  expect(attempts?.retired).toMatchObject({ stage: end });
  expect(attempts?.retired?.outcome).toContain('has no fix “retired”');
});

test('an environment that is gone while a fix is approved', async () => {
  await standing('INC-environment', 'approved', 'renew');
  await carryOut(deps(none), 'INC-environment', { fix: 'renew', round: 1 });
  const { attempts } = (await deps(none).store.incident('INC-environment')) ?? {};
  expect(attempts?.renew).toMatchObject({ stage: 'failed' });
  expect(attempts?.renew?.outcome).toContain('production');
});

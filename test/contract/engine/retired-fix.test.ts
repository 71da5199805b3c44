/** A fix or an environment can be gone when its turn comes, after an upgrade or an edit: that is said, and never waited for. */
import { expect, test } from 'vitest';
import { topics } from '../../../commands/index.ts';
import { carryOut, drawPreview, recoverLost } from '../../../src/engine/remediate.ts';
import { verify } from '../../../src/engine/verify.ts';
import type { AttemptStage } from '../../../src/incident/incident.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { at, attempt, incident } from '../../unit/sample-incident.ts';
import { workDeps } from './work-deps.ts';

const pool = paksaTables();

const REF = { fix: 'retired', round: 1 };
const deps = (environment = 'production') => workDeps(pool(), topics, { environments: [environment] });

/** An incident of `ssl` in `production` whose attempt stands at this stage. */
async function standing(id: string, stage: AttemptStage, fix: string): Promise<void> {
  const given = incident({
    id,
    topic: 'ssl',
    environment: 'production',
    fingerprint: id,
    attempts: { [fix]: { ...attempt(stage), fix, round: 1 } },
  });
  await deps().store.transact((tx) => tx.save(given, at({ type: 'acknowledged' }), []));
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
  await step(deps(), id, REF);
  const { attempts } = (await deps().store.incident(id)) ?? {};
  expect(attempts?.retired).toMatchObject({ stage: end });
  expect(attempts?.retired?.outcome).toContain('has no fix “retired”');
});

test('an environment that is gone while a fix is approved', async () => {
  await standing('INC-environment', 'approved', 'renew');
  await carryOut(deps('another'), 'INC-environment', { fix: 'renew', round: 1 });
  const { attempts } = (await deps('another').store.incident('INC-environment')) ?? {};
  expect(attempts?.renew).toMatchObject({ stage: 'failed' });
  expect(attempts?.renew?.outcome).toContain('production');
});

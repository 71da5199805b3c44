/** A replica that has lost its claim on a task says nothing of what it saw meanwhile: somebody else goes on with it. */
import { expect, test } from 'vitest';
import { carryOut, drawPreview, recoverLost } from '../../../src/engine/remediate.ts';
import type { Task } from '../../../src/engine/task.ts';
import type { AttemptStage } from '../../../src/incident/incident.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog } from '../../../src/runbook/define.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { fix, irreversible } from '../../../src/runbook/fix.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { at, attempt, incident } from '../../unit/sample-incident.ts';
import { runbook } from '../../unit/sample-runbook.ts';
import { workDeps } from './work-deps.ts';

const pool = paksaTables();
const REF = { fix: 'mend', round: 1 };
const STATE = { summary: 'Mend it', changes: [], notes: [], boundTo: 'as it was' };

/** An attempt at this stage. The claim on its task is lost while its preview is drawn, which sees that or does not. */
async function losing(id: string, stage: AttemptStage, sees: boolean) {
  const claim = new AbortController();
  const sent: Task[] = [];
  let ran = 0;
  const mend = fix('Mend it', {
    risk: 'low',
    touches: ['backend'],
    preview: async ({ signal }) => {
      claim.abort(new Error('the claim was lost'));
      if (sees) signal.throwIfAborted();
      return STATE;
    },
    run: async () => {
      ran += 1;
      return 'mended';
    },
    undo: irreversible('it is mended'),
    verifiedBy: ['look'],
  });
  const topics = catalog([
    runbook('sample', { checks: { look: check('Look', async () => healthy('fine')) }, fixes: { mend } }),
  ]);
  const deps = workDeps(pool(), topics, {
    enqueue: async (_, task) => {
      sent.push(task);
    },
  });
  const given = incident({
    id,
    topic: 'sample',
    environment: 'production',
    fingerprint: id,
    attempts: { mend: { ...attempt(stage), ...REF, preview: STATE, boundAfter: 'as it was' } },
  });
  await deps.store.transact((tx) => tx.save(given, at({ type: 'acknowledged' }), []));
  const now = async () => (await deps.store.incident(id))?.attempts.mend?.stage;
  return { deps, claim: claim.signal, now, sent, ran: () => ran };
}

test.each([
  ['previewing', true, drawPreview],
  ['previewing', false, drawPreview],
  ['approved', true, carryOut],
  ['approved', false, carryOut],
  ['undoing', true, carryOut],
  ['undoing', false, carryOut],
] as const)('while it is %s (the adapter sees it: %s)', async (stage, sees, step) => {
  const id = `INC-claim-${stage}-${sees}`;
  const { deps, claim, now, ran } = await losing(id, stage, sees);
  await expect(step(deps, id, REF, claim)).rejects.toThrow('the claim was lost');
  expect(await now()).toBe(stage);
  expect(ran()).toBe(0);
});

test('a fix that was not begun is sent again', async () => {
  const { deps, claim, sent } = await losing('INC-claim-again', 'approved', true);
  await expect(carryOut(deps, 'INC-claim-again', REF, claim)).rejects.toThrow();
  await recoverLost(deps, 'INC-claim-again', REF);
  expect(sent).toContainEqual({ task: 'run', incident: 'INC-claim-again', ...REF });
});

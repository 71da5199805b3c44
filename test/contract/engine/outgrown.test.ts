/** A fix that has come to take two people between its approval and its run: what one person has approved does not stand. */
import { expect, test } from 'vitest';
import { decide } from '../../../src/engine/decide.ts';
import { carryOut, drawPreview } from '../../../src/engine/remediate.ts';
import { ALONE } from '../../../src/policy/risk.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog } from '../../../src/runbook/define.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { fix, irreversible } from '../../../src/runbook/fix.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { at, attempt, incident, policy, proposed } from '../../unit/sample-incident.ts';
import { runbook } from '../../unit/sample-runbook.ts';
import { workDeps } from './work-deps.ts';

const pool = paksaTables();
const REF = { fix: 'clear', round: 1 };

/** A cache of so many keys, which the approval is not bound to. */
async function given(id: string) {
  let keys = 10;
  let ran = 0;
  const clear = fix('Clear it', {
    risk: 'medium',
    touches: ['redis'],
    preview: async () => ({
      summary: `Drop ${keys} keys`,
      changes: [],
      notes: [],
      extent: { keys },
      boundTo: 'the cache',
    }),
    run: async () => {
      ran += 1;
      return 'cleared';
    },
    undo: irreversible('it fills again by itself'),
    verifiedBy: ['look'],
  });
  const topics = catalog([
    runbook('sample', { checks: { look: check('Look', async () => healthy('fine')) }, fixes: { clear } }),
  ]);
  const deps = workDeps(pool(), topics);
  const { approval, ...rest } = policy();
  const lives = incident({
    id,
    topic: 'sample',
    fingerprint: id,
    fixes: [proposed('clear')],
    policy: { ...rest, approval: { ...approval, twoPeople: ALONE, expiresMs: 10 ** 13 } },
    attempts: { clear: attempt('previewing', REF) },
  });
  await deps.store.transact((tx) => tx.save(lives, at({ type: 'acknowledged' }), []));
  const approves = async (round: number) => {
    const decision = { decision: 'approve', fix: 'clear', round } as const;
    expect(await decide(deps, id, decision, { id: 'UAPPROVER', groups: [] })).toMatchObject({ done: true });
  };
  await drawPreview(deps, id, REF);
  return {
    approves,
    run: (round = 1) => carryOut(deps, id, { ...REF, round }),
    grow: () => {
      keys = 1_000_000;
    },
    now: async () => (await deps.store.incident(id))?.attempts.clear,
    ran: () => ran,
  };
}

test('is previewed again, says why, and waits for two', async () => {
  const { approves, run, grow, now, ran } = await given('INC-outgrown');
  await approves(1);
  grow();
  await run();
  expect(ran()).toBe(0);
  expect(await now()).toMatchObject({
    stage: 'awaiting-approval',
    round: 2,
    weighed: { risk: 'high', why: ['1,000,000 keys, more than 10,000'] },
  });
  await approves(2);
  expect(await now()).toMatchObject({ stage: 'awaiting-approval', approvedBy: 'UAPPROVER' });
});

test('as it was, it runs', async () => {
  const { approves, run, ran } = await given('INC-as-it-was');
  await approves(1);
  await run();
  expect(ran()).toBe(1);
});

/** Two incidents whose fixes change the same part of an environment: one waits for the other, says so, and goes on by itself. */
import { describe, expect, test } from 'vitest';
import { carryOut, recoverLost } from '../../../src/engine/remediate.ts';
import { verify } from '../../../src/engine/verify.ts';
import type { AttemptStage } from '../../../src/incident/incident.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog } from '../../../src/runbook/define.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { fix, irreversible, type Part } from '../../../src/runbook/fix.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { at, attempt, incident } from '../../unit/sample-incident.ts';
import { runbook } from '../../unit/sample-runbook.ts';
import { workDeps } from './work-deps.ts';

const pool = paksaTables();
const REF = { fix: 'mend', round: 1 };
const STATE = { summary: 'Mend it', changes: [], notes: [], boundTo: 'as it was' };

/** A system with one fix for each part. Each run waits until it is let, and tells of itself before. */
function aSystem() {
  const underWay = new Set<string>();
  const together: string[][] = [];
  let waits = Promise.resolve();
  const began: string[] = [];
  const topicOf = (part: Part) =>
    runbook(part, {
      checks: { look: check('Look', async () => healthy('fine')) },
      fixes: {
        mend: fix(`Mend the ${part}`, {
          ...{ risk: 'low', touches: [part], undo: irreversible('it is mended'), verifiedBy: ['look'] },
          preview: async () => STATE,
          run: async ({ attempt: name }) => {
            began.push(name);
            underWay.add(name);
            together.push([...underWay]);
            await waits;
            underWay.delete(name);
            return 'mended';
          },
        }),
      },
    });
  const topics = catalog([topicOf('backend'), topicOf('postgres')]);
  const deps = workDeps(pool(), topics, { environments: ['production', 'staging'] });
  const { store } = deps;
  return {
    deps,
    began,
    /** As many as there were at once, at the most. */
    most: () => Math.max(0, ...together.map(({ length }) => length)),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waits = promise;
      return resolve;
    },
    approved: async (
      id: string,
      topic: Part,
      environment = 'production',
      stage: AttemptStage = 'approved',
    ) => {
      const given = incident({
        ...{ id, topic, environment, fingerprint: id },
        attempts: { mend: { ...attempt(stage), ...REF, preview: STATE } },
      });
      await store.transact((tx) => tx.save(given, at({ type: 'acknowledged' }), []));
    },
    attempt: async (id: string) => (await store.incident(id))?.attempts.mend,
    types: async (id: string) => (await store.log(id)).map(({ happening }) => happening.type),
  };
}
const UNDER_WAY = { retryAfterMs: expect.any(Number), retryable: true };

test('the second waits while the first runs and is verified; then it begins by itself', async () => {
  const { deps, hold, approved, attempt: stands, types, began } = aSystem();
  await approved('INC-11', 'backend');
  await approved('INC-12', 'backend');
  const letGo = hold();
  const first = carryOut(deps, 'INC-11', REF);
  await expect.poll(() => began).toEqual(['inc-11-mend-1']);
  for (let time = 0; time < 2; time += 1)
    await expect(carryOut(deps, 'INC-12', REF)).rejects.toMatchObject(UNDER_WAY);
  expect(await stands('INC-12')).toMatchObject({
    stage: 'approved',
    heldUpBy: { incident: 'INC-11', fix: 'Mend the backend' },
  });
  // Told once, however often it is tried.
  expect(await types('INC-12')).toEqual(['acknowledged', 'held-up']);
  letGo();
  await first;
  await expect(carryOut(deps, 'INC-12', REF)).rejects.toMatchObject(UNDER_WAY);
  await verify(deps, 'INC-11', REF);
  await carryOut(deps, 'INC-12', REF);
  expect(await stands('INC-12')).toMatchObject({ stage: 'verifying' });
  expect((await stands('INC-12'))?.heldUpBy).toBeUndefined();
  await verify(deps, 'INC-12', REF);
});

test.each([
  ['another part', 'postgres', 'production'],
  ['another environment', 'backend', 'staging'],
] as const)('%s: nobody waits', async (what, part, environment) => {
  const { deps, hold, approved, attempt: stands, most } = aSystem();
  const [one, other] = [`INC-one-${what}`, `INC-other-${what}`];
  await approved(one, 'backend', 'production');
  await approved(other, part, environment);
  const letGo = hold();
  const both = Promise.all([carryOut(deps, one, REF), carryOut(deps, other, REF)]);
  await expect.poll(most).toBe(2);
  letGo();
  await both;
  for (const id of [one, other]) {
    expect(await stands(id)).toMatchObject({ stage: 'verifying' });
    await verify(deps, id, REF);
  }
});

test('of many that begin at the same moment, one does at a time', async () => {
  const { deps, approved, attempt: stands, most, began } = aSystem();
  const ids = Array.from({ length: 12 }, (_, index) => `INC-many-${index}`);
  for (const id of ids) await approved(id, 'backend');
  const toTheEnd = async (id: string): Promise<void> => {
    while ((await stands(id))?.stage === 'approved')
      await carryOut(deps, id, REF).catch((error: unknown) => {
        expect(error).toMatchObject(UNDER_WAY);
      });
    await verify(deps, id, REF);
  };
  await Promise.all(ids.map(toTheEnd));
  expect(most()).toBe(1);
  expect(began).toHaveLength(ids.length);
  for (const id of ids) expect(await stands(id)).toMatchObject({ stage: 'succeeded' });
}, 60_000);

describe('a process that died in the middle', () => {
  test('is under way until it has been looked at', async () => {
    const { deps, approved, attempt: stands } = aSystem();
    await approved('INC-dead', 'backend', 'production', 'running');
    await approved('INC-next', 'backend');
    await expect(carryOut(deps, 'INC-next', REF)).rejects.toMatchObject(UNDER_WAY);
    await recoverLost(deps, 'INC-dead', REF);
    await expect(carryOut(deps, 'INC-next', REF)).rejects.toMatchObject(UNDER_WAY);
    await verify(deps, 'INC-dead', REF);
    await carryOut(deps, 'INC-next', REF);
    expect(await stands('INC-next')).toMatchObject({ stage: 'verifying' });
    await verify(deps, 'INC-next', REF);
  });
});

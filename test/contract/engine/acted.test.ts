/** A fix whose checks were healthy all along: cut off before it touched anything, it is not called a success. */
import { expect, test } from 'vitest';
import { verify } from '../../../src/engine/verify.ts';
import type { Attempt } from '../../../src/incident/incident.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog } from '../../../src/runbook/define.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { fix, irreversible, type Trace } from '../../../src/runbook/fix.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { at, attempt, incident } from '../../unit/sample-incident.ts';
import { runbook } from '../../unit/sample-runbook.ts';
import { workDeps } from './work-deps.ts';

const pool = paksaTables();
const REF = { fix: 'mend', round: 1 };

/** What is left of an attempt at a fix that says by `hasActed` whether it has acted. */
async function verified(id: string, of: Partial<Attempt>, hasActed: (trace: Trace) => Promise<boolean>) {
  const preview = { summary: 'Mend it', changes: [], notes: [], boundTo: 'as it was' };
  const mend = fix('Mend it', {
    risk: 'low',
    touches: ['backend'],
    preview: async () => preview,
    run: async () => 'mended',
    undo: irreversible('it is mended'),
    verifiedBy: ['look'],
    hasActed: (_, trace) => hasActed(trace),
  });
  const topics = catalog([
    runbook('sample', { checks: { look: check('Look', async () => healthy('fine')) }, fixes: { mend } }),
  ]);
  const deps = workDeps(pool(), topics);
  const given = incident({
    id,
    topic: 'sample',
    environment: 'production',
    fingerprint: id,
    attempts: { mend: { ...attempt('verifying'), ...REF, preview, ...of } },
  });
  await deps.store.transact((tx) => tx.save(given, at({ type: 'acknowledged' }), []));
  await verify(deps, id, REF);
  const after = await deps.store.incident(id);
  return {
    stage: after?.attempts.mend?.stage,
    seen: after?.findings.filter((finding) => finding.check === 'acted').map(({ status }) => status),
  };
}

test('interrupted before it acted, it has failed, however healthy its checks are', async () => {
  const traces: Trace[] = [];
  const left = await verified('INC-acted-1', { interrupted: true }, async (trace) => {
    traces.push(trace);
    return false;
  });
  expect(left).toEqual({ stage: 'failed', seen: ['problem'] });
  expect(traces).toEqual([{ approved: 'as it was', finished: false }]);
});

test('interrupted after it acted, it has succeeded', async () => {
  const acted = async ({ finished }: Trace) => !finished;
  expect(await verified('INC-acted-2', { interrupted: true }, acted)).toMatchObject({ stage: 'succeeded' });
});

test('at its end without having changed anything, it has failed', async () => {
  const acted = async ({ finished }: Trace) => !finished;
  expect(await verified('INC-acted-3', {}, acted)).toEqual({ stage: 'failed', seen: ['problem'] });
});

test('where nobody can tell, it has not been seen', async () => {
  const blind = async () => {
    throw new Error('the server is away');
  };
  expect(await verified('INC-acted-4', {}, blind)).toEqual({ stage: 'failed', seen: ['inconclusive'] });
});

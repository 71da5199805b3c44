/** Two incidents on the real store: merged, what comes later of the one joins the other, and it can go on by itself again. */
import type pg from 'pg';
import { beforeEach, expect, test } from 'vitest';
import { workOnAlerts } from '../../../src/engine/alerts.ts';
import { decide } from '../../../src/engine/decide.ts';
import { carryOutDiagnosis, requestDiagnosis } from '../../../src/engine/diagnose.ts';
import { merge, reopen } from '../../../src/engine/merge.ts';
import type { Alerts, RoutedAlert, Store } from '../../../src/engine/ports.ts';
import { createEstate } from '../../../src/estate.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog, defineRunbook } from '../../../src/runbook/define.ts';
import { healthy, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { openStores } from '../../harness/stores.ts';
import { incident as sample } from '../../unit/sample-incident.ts';

let pool: pg.Pool;
let alerts: Alerts;
let store: Store;
let verdicts: Record<string, Verdict>;
const { sent, taken } = openStores((stores) => {
  ({ pool, store, alerts } = stores);
});
beforeEach(() => {
  verdicts = { cause: problem('refuses'), effect: problem('slow') };
});

const runbook = (topic: string) =>
  defineRunbook({
    topic,
    title: topic,
    symptoms: [],
    checks: { look: check('Look', async () => verdicts[topic] ?? healthy('well')) },
    fixes: {},
  });
const topics = catalog([runbook('cause'), runbook('effect')]);
const estate = createEstate(
  ['production', 'staging'].map((environment) => ({
    target: { environment },
    credentials: {},
    policy: sample().policy,
    ladders: { default: sample().policy.escalation, named: new Map(), rules: [] },
  })),
);
const checkpoint = () => undefined;
const ana = { id: 'UANA', groups: [] };
/** Of what alerts have opened she is neither opener nor on the ladder. */
const TERMINAL = { id: 'cli:ana', groups: [] };
const by = (incident: string) => ({ incident, actor: TERMINAL });

async function diagnose(topic: string, environment = 'production'): Promise<string | undefined> {
  const deps = { store, topics, estate, redact: <Value>(value: Value) => value };
  const id = await requestDiagnosis(deps, { topic, environment, requestedBy: ana.id });
  await carryOutDiagnosis(deps, id);
  return (await store.diagnosis(id))?.incident;
}

const work = (topic: string) =>
  workOnAlerts(
    { store, alerts, topics, estate, checkpoint, channelOf: () => undefined },
    { environment: 'production', topic },
  );
const alert = (status: 'firing' | 'resolved'): RoutedAlert => ({
  source: 'alertmanager',
  fingerprint: '1',
  name: 'Slow',
  status,
  labels: {},
  annotations: {},
  startsAt: Date.UTC(2026, 0, 31),
  ...(status === 'resolved' ? { endsAt: Date.UTC(2026, 1, 1) } : {}),
  lead: { environment: 'production', topic: 'effect', severity: 'critical' },
});
const statusOf = async (id: string) => (await store.incident(id))?.status;
const heardIn = async (id: string) =>
  (await store.incident(id))?.merged?.[0]?.findings.map(({ status }) => status);

test('a later diagnosis joins the other one, which ends when both are well', async () => {
  expect([await diagnose('cause'), await diagnose('effect')]).toEqual(['INC-1', 'INC-2']);
  expect(await merge({ store, checkpoint }, { ...by('INC-2'), into: 'INC-1' })).toMatchObject({ done: true });
  expect(await store.incident('INC-2')).toMatchObject({ status: 'resolved', mergedInto: 'INC-1' });
  expect(await diagnose('effect')).toBe('INC-1');
  verdicts = { effect: problem('slow') };
  await diagnose('cause');
  expect(await statusOf('INC-1')).toBe('open');
  verdicts = {};
  expect(await diagnose('effect')).toBe('INC-1');
  expect(await statusOf('INC-1')).toBe('resolved');
  verdicts = { effect: problem('slow') };
  expect(await diagnose('effect')).toBe('INC-3');
});

test('its alerts are the other one’s from then on; once none fires, Paksa looks', async () => {
  await diagnose('cause');
  await alerts.keep([alert('firing')]);
  await work('effect');
  await merge({ store, checkpoint }, { ...by('INC-2'), into: 'INC-1' });
  await work('effect');
  expect(await heardIn('INC-1')).toContain('problem');
  const count = (await store.log('INC-1')).length;
  await work('effect');
  expect((await store.log('INC-1')).length).toBe(count);

  taken();
  await alerts.keep([alert('resolved')]);
  await work('effect');
  expect(await heardIn('INC-1')).toEqual(['healthy']);
  expect(sent.filter(({ task }) => task === 'diagnose')).toHaveLength(1);
});

test('over two merges it is still found', async () => {
  for (const topic of ['cause', 'effect']) await diagnose(topic);
  await merge({ store, checkpoint }, { ...by('INC-2'), into: 'INC-1' });
  await decide({ store, checkpoint }, 'INC-1', { decision: 'resolve' }, ana);
  await diagnose('cause');
  await merge({ store, checkpoint }, { ...by('INC-1'), into: 'INC-3' });
  expect((await store.incident('INC-3'))?.merged?.map(({ id }) => id)).toEqual(['INC-1', 'INC-2']);
  expect(await diagnose('effect')).toBe('INC-3');
});

test('opened again it goes on by itself, with its alerts', async () => {
  await diagnose('cause');
  await alerts.keep([alert('firing')]);
  await work('effect');
  await merge({ store, checkpoint }, { ...by('INC-2'), into: 'INC-1' });
  expect(await reopen({ store, checkpoint }, { ...by('INC-2'), reason: 'another cause' })).toMatchObject({
    done: true,
  });
  expect((await store.incident('INC-1'))?.merged).toEqual([]);
  const { rows } = await pool.query('SELECT incident FROM paksa.alert');
  expect(rows).toEqual([{ incident: 'INC-2' }]);
  expect(await diagnose('effect')).toBe('INC-2');
});

test('refused: into what is resolved, elsewhere, itself, or not there; each of which is in the log', async () => {
  await diagnose('cause');
  await diagnose('effect');
  await diagnose('cause', 'staging');
  const into = (other: string, actor = ana) =>
    merge({ store, checkpoint }, { incident: 'INC-1', actor, into: other }).then((done) =>
      done.done ? '' : done.why,
    );
  expect(await into('INC-1')).toContain('itself');
  expect(await into('INC-3')).toContain('is of staging');
  expect(await into('INC-77')).toContain('There is no incident INC-77');
  const stranger = { id: 'USTRANGER', groups: [] };
  expect(await into('INC-2', stranger)).toContain('ladder');
  await decide({ store, checkpoint }, 'INC-2', { decision: 'resolve' }, ana);
  expect(await into('INC-2')).toContain('resolved');
  const tried = (await store.log('INC-1')).flatMap(({ happening }) =>
    happening.type === 'refused' ? [[happening.what, happening.why !== undefined]] : [],
  );
  expect(tried).toEqual([
    ['merge it into “INC-1”', true],
    ['merge it into “INC-3”', true],
    ['merge it into “INC-77”', true],
    ['merge it into “INC-2”', false],
    ['merge it into “INC-2”', true],
  ]);
});

test('opened again while another is open for the same: that one is named', async () => {
  await diagnose('cause');
  await decide({ store, checkpoint }, 'INC-1', { decision: 'resolve' }, ana);
  await diagnose('cause');
  expect(await reopen({ store, checkpoint }, { ...by('INC-1'), reason: 'it is back' })).toMatchObject({
    done: false,
    other: 'INC-2',
    why: expect.stringContaining('INC-2'),
  });
  expect((await store.log('INC-1')).at(-1)?.happening).toMatchObject({
    type: 'refused',
    what: 'open it again',
  });
});

test('two merges at once, each into the other: one of them is refused', async () => {
  await diagnose('cause');
  await diagnose('effect');
  const both = await Promise.all([
    merge({ store, checkpoint }, { ...by('INC-1'), into: 'INC-2' }),
    merge({ store, checkpoint }, { ...by('INC-2'), into: 'INC-1' }),
  ]);
  expect(both.map(({ done }) => done).toSorted()).toEqual([false, true]);
});

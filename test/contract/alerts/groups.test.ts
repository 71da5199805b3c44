/** What comes of a group of alerts, on the real store: one incident, once, whoever works on it and however often. */
import type pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AlertDeps, workOnAlerts } from '../../../src/engine/alerts.ts';
import { apply } from '../../../src/engine/apply.ts';
import { carryOutDiagnosis } from '../../../src/engine/diagnose.ts';
import type { Alerts, RoutedAlert, Store } from '../../../src/engine/ports.ts';
import { createEstate } from '../../../src/estate.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog, defineRunbook } from '../../../src/runbook/define.ts';
import { healthy, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { openStores } from '../../harness/stores.ts';
import { incident as sample } from '../../unit/sample-incident.ts';

const GROUP = { environment: 'production', topic: 'system-down' };
const UNROUTED = { environment: 'production' };
const STARTED = Date.UTC(2026, 0, 31, 12);

let pool: pg.Pool;
let alerts: Alerts;
let store: Store;
let verdict: Verdict;
const { sent, taken } = openStores((stores) => {
  ({ pool, store, alerts } = stores);
});
beforeEach(() => {
  verdict = healthy('all answer');
});

const topics = catalog([
  defineRunbook({
    topic: 'system-down',
    title: 'System down',
    symptoms: [],
    checks: { services: check('Services', async () => verdict) },
    fixes: {},
  }),
]);
const estate = createEstate([
  {
    target: { environment: 'production' },
    credentials: {},
    policy: sample().policy,
    ladders: { default: sample().policy.escalation, named: new Map(), rules: [] },
    channel: 'C1',
  },
]);
const deps = (): AlertDeps => ({
  store,
  alerts,
  topics,
  estate,
  checkpoint: () => undefined,
  channelOf: () => 'C1',
});
const work = () => workOnAlerts(deps(), GROUP);
/** The looks that are owed are made. */
const look = async () => {
  const owed = taken().flatMap((task) => (task.task === 'diagnose' ? [task.diagnosis] : []));
  for (const id of owed) await carryOutDiagnosis({ store, topics, estate, redact: (value) => value }, id);
  return owed.length;
};

const routed = (of: Partial<RoutedAlert> = {}): RoutedAlert => ({
  source: 'alertmanager',
  fingerprint: `${of.name ?? 'Down'} 1`,
  name: 'Down',
  status: 'firing',
  labels: { alertname: of.name ?? 'Down', instance: 'api' },
  annotations: { summary: 'It is down' },
  startsAt: STARTED,
  lead: { ...GROUP, severity: 'critical' },
  ...of,
});
const over = (of: Partial<RoutedAlert> = {}): RoutedAlert =>
  routed({ status: 'resolved', endsAt: STARTED + 60_000, ...of });
const incidents = async (): Promise<readonly Incident[]> => {
  const { rows } = await pool.query<{ state: Incident }>(
    'SELECT state FROM paksa.incident ORDER BY changed_at, id',
  );
  return rows.map(({ state }) => state);
};
const only = async (): Promise<Incident> => {
  const [incident, ...others] = await incidents();
  if (!incident || others.length > 0)
    throw new Error(`there are ${others.length + (incident ? 1 : 0)} incidents`);
  return incident;
};
const events = async () => (await store.log((await only()).id)).map(({ happening }) => happening.type);

test('the first opens an incident that owes a look; worked on again, nothing happens', async () => {
  await alerts.keep([routed()]);
  expect(sent).toEqual([{ task: 'alerts', ...GROUP }]);
  await Promise.all([work(), work(), work()].map((each) => each.catch(() => undefined)));
  await work();
  const { id, ...incident } = await only();
  expect(incident).toMatchObject({
    openedBy: 'alertmanager',
    undiagnosed: true,
    alerts: { firing: 1, total: 1, looking: 'now', names: [{ name: 'Down', since: STARTED }] },
    findings: [{ check: 'alert/Down', status: 'problem', evidence: { instance: 'api' } }],
  });
  expect(await events()).toEqual(['opened']);
  expect(await look()).toBe(1);
  expect(await only()).toMatchObject({ id, status: 'open' });
});

test('the last that ends leads to a look, and health to the end', async () => {
  await alerts.keep([routed(), routed({ fingerprint: 'b' })]);
  await work();
  await look();
  await alerts.keep([over()]);
  await work();
  expect(await look()).toBe(0);
  await alerts.keep([over({ fingerprint: 'b' })]);
  await work();
  expect(await look()).toBe(1);
  expect(await only()).toMatchObject({ status: 'resolved', answeredBy: 'alertmanager' });
  expect(await events()).toEqual(['opened', 'diagnosed', 'alerted', 'alert-resolved', 'diagnosed']);
});

test('what was open already is joined, and a problem that is left keeps it open', async () => {
  await alerts.keep([routed()]);
  await work();
  verdict = problem('one of 3 is down');
  await look();
  await alerts.keep([over()]);
  await work();
  await look();
  expect(await only()).toMatchObject({
    status: 'open',
    findings: [{ status: 'problem' }, { status: 'healthy' }],
  });
  await alerts.keep([routed({ name: 'Slow', startsAt: STARTED + 120_000 })]);
  await work();
  expect(await only()).toMatchObject({ alerts: { firing: 1, total: 2 } });
});

test('resolved by a person while it fires: only what is sent again opens another', async () => {
  await alerts.keep([routed(), routed({ fingerprint: 'b' })]);
  await work();
  const { id } = await only();
  await apply(store, id, { type: 'resolved' }, { actor: 'UANA' });
  await work();
  expect(await incidents()).toHaveLength(1);
  await alerts.keep([routed()]);
  await work();
  const open = await store.openIncidents();
  expect(open).toMatchObject([{ alerts: { firing: 1, total: 1 } }]);
});

test('what opened an incident and ended while somebody held its row, has ended all the same', async () => {
  await alerts.keep([routed()]);
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM paksa.alert FOR UPDATE');
  await work();
  await holder.query('COMMIT');
  holder.release();
  await alerts.keep([over()]);
  await work();
  expect(await only()).toMatchObject({ alerts: { firing: 0 }, findings: [{ status: 'healthy' }] });
  expect(await events()).toEqual(['opened', 'alert-resolved']);
});

test('an end without a beginning opens nothing', async () => {
  await alerts.keep([over()]);
  await work();
  expect(await incidents()).toEqual([]);
});

test('a storm of names: the most frequent are shown, and all are counted', async () => {
  const storm = Array.from({ length: 300 }, (_, index) =>
    routed({ name: `Alert${index % 30}`, fingerprint: `${index}`, labels: {} }),
  );
  await alerts.keep([...storm, ...Array.from({ length: 20 }, (_, at) => routed({ fingerprint: `d${at}` }))]);
  await work();
  const { alerts: seen, findings } = await only();
  expect(seen).toMatchObject({ firing: 320, total: 320, moreNames: 19 });
  expect(seen?.names[0]).toMatchObject({ name: 'Down', firing: 20 });
  expect(findings).toHaveLength(12);
});

test('what is being kept when the work begins is waited for, and worked on', async () => {
  const holder = await pool.connect();
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  expect(rows[0]?.pid).toBeGreaterThan(0);
  await alerts.keep([routed()]);
  // The row is held by somebody, so that what comes now is kept only once it is let go.
  await holder.query('BEGIN');
  await holder.query('SELECT FROM paksa.alert FOR UPDATE');
  const keeping = alerts.keep([routed(), routed({ fingerprint: 'b' })]);
  const isWaiting = async () => {
    const { rows: waiting } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length;
  };
  await expect.poll(isWaiting).toBe(1);
  const working = work();
  await expect.poll(isWaiting).toBe(2);
  await holder.query('COMMIT');
  holder.release();
  await Promise.all([keeping, working]);
  expect(await only()).toMatchObject({ alerts: { firing: 2 } });
});

describe('what no route knows', () => {
  const lost = (name: string, fingerprint = name): RoutedAlert =>
    routed({ name, fingerprint, lead: { ...UNROUTED, unrouted: 'no route matches it' } });
  const tell = () => workOnAlerts(deps(), UNROUTED);
  const notices = () => sent.flatMap((task) => (task.task === 'publish' ? [task.subject] : []));
  const noticeOf = (subject: string | undefined) => store.notice(subject?.slice('notice/'.length) ?? '');

  test('is told once for each, in one message an hour', async () => {
    await alerts.keep([lost('A'), lost('A', 'A2'), lost('B')]);
    await tell();
    await alerts.keep([lost('A'), lost('C')]);
    await tell();
    await tell();
    const [first, second, ...more] = notices();
    expect([second, more]).toEqual([first, []]);
    expect(await noticeOf(first)).toEqual({
      alerts: [
        { name: 'A', why: 'no route matches it', count: 2 },
        { name: 'B', why: 'no route matches it', count: 1 },
        { name: 'C', why: 'no route matches it', count: 1 },
      ],
      more: 0,
    });
    await pool.query(
      `UPDATE paksa.alert SET notice = 'production/' || (split_part(notice, '/', 2)::bigint - 3600001)`,
    );
    await alerts.keep([lost('D')]);
    await tell();
    const latest = notices().at(-1);
    expect(latest).not.toBe(first);
    expect(await noticeOf(latest)).toMatchObject({ alerts: [{ name: 'D' }] });
    expect(await incidents()).toEqual([]);
  });

  test('leads to an incident once it has a route', async () => {
    await alerts.keep([lost('Down', 'Down 1')]);
    await tell();
    await alerts.keep([routed()]);
    await work();
    expect(await only()).toMatchObject({ alerts: { firing: 1 } });
  });
});

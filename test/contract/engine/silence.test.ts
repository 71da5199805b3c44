/** Silences on a real PostgreSQL: known in the commit that makes them, found when the queue lost them, and by their labels. */
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { workOnAlerts } from '../../../src/engine/alerts.ts';
import { apply, commit } from '../../../src/engine/apply.ts';
import { newIncident } from '../../../src/engine/open.ts';
import type { RoutedAlert } from '../../../src/engine/ports.ts';
import { confirmSilence, endSilence, makeSilence, whatIsSilenced } from '../../../src/engine/silence.ts';
import { lookForSilencesOfAll } from '../../../src/engine/silenced.ts';
import { sweep } from '../../../src/engine/sweep.ts';
import type { Task } from '../../../src/engine/task.ts';
import { createEstate } from '../../../src/estate.ts';
import type { MaintenanceWindow } from '../../../src/policy/silence.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog, defineRunbook } from '../../../src/runbook/define.ts';
import { healthy } from '../../../src/runbook/finding.ts';
import { createAlerts } from '../../../src/store/alerts.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { incident as sample } from '../../unit/sample-incident.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let database: FreshDatabase;
let pool: pg.Pool;
let sent: Task[];
const enqueue = async (_: unknown, task: Task) => {
  sent.push(task);
};
const storeWith = (...maintenance: MaintenanceWindow[]) =>
  createStore(pool, enqueue, { maintenance, freezes: [] });
const store = () => storeWith();
/** The database's clock runs ahead by so much. */
const ahead = (ms: number) =>
  pool.query(`CREATE OR REPLACE FUNCTION paksa.now() RETURNS timestamptz LANGUAGE sql STABLE
              AS 'SELECT pg_catalog.now() + interval ''${ms} milliseconds'''`);
beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('TRUNCATE paksa.alert, paksa.incident, paksa.event, paksa.silence');
  await ahead(0);
  sent = [];
});

const checks = { expiry: check('Expiry', async () => healthy('valid')) };
const runbook = defineRunbook({ topic: 'ssl', title: 'SSL', symptoms: [], checks, fixes: {} });
const topics = catalog([runbook]);
const { policy } = sample();
const estate = createEstate([
  {
    target: { environment: 'production' },
    credentials: {},
    policy,
    ladders: { default: policy.escalation, named: new Map(), rules: [] },
  },
]);
const deps = (of = store()) => ({ store: of, topics, schedules: new Map(), estate, longestMs: 24 * HOUR });
const escalating = {
  schedules: new Map(),
  pager: { page: async () => 'a pager of the tests' },
  redact: (text: string) => text,
  checkpoint: () => undefined,
};
const swept = (of = store()) => sweep({ ...escalating, store: of });
const by = (id: string) => ({ id, groups: [] });
let causes = 0;
const make = async (of: Partial<Parameters<typeof makeSilence>[1]> = {}, from = store()) => {
  causes += 1;
  const { now } = await from.transact(async (tx) => ({ now: tx.now }));
  const asked = { environment: 'production', labels: {}, to: now + HOUR, reason: 'upgrade', by: by('U1') };
  return makeSilence(deps(from), { ...asked, cause: `receipt-${causes}`, ...of });
};
const made = async (...args: Parameters<typeof make>) => {
  const silenced = await make(...args);
  if (!silenced.done) throw new Error('it was not made');
  return silenced.silence;
};
const open = (of = store(), hold: () => Promise<void> = async () => undefined) =>
  of.transact(async (tx) => {
    const findings = sample().findings;
    const severity = 'critical';
    const opening = {
      runbook,
      environment: 'production',
      openedBy: 'U2',
      severity,
      findings,
      fixes: [],
    } as const;
    const incident = await newIncident(tx, estate, opening);
    await commit(tx, incident, { type: 'opened', severity, findings }, { actor: 'U2' });
    await hold();
    return incident.id;
  });
const present = async (id: string) => {
  const incident = await store().incident(id);
  if (!incident) throw new Error(`there is no ${id}`);
  return incident;
};
const rests = async (id: string) => (await present(id)).ladder.state === 'stopped';

describe('made while something is open', () => {
  test('it waits to be meant, and then stops the ladder in the same commit', async () => {
    const id = await open();
    const asked = await make();
    if (asked.done || !asked.unsure) throw new Error('it was made without a question');
    expect(asked.open).toMatchObject([{ id }]);
    expect(await rests(id)).toBe(false);
    expect((await whatIsSilenced(deps())).silences).toEqual([]);
    const { silence } = await confirmed(asked.unsure.id);
    expect(await rests(id)).toBe(true);
    expect(sent).toContainEqual({ task: 'publish', subject: `silence/${silence.id}` });
    expect(await confirmSilence(deps(), silence.id, by('U1'))).toMatchObject({ why: /made already/ });
    await endSilence(deps(), silence.id, by('U1'));
    expect((await present(id)).ladder).toMatchObject({ state: 'waiting' });
    expect(await endSilence(deps(), silence.id, by('U1'))).toMatchObject({ why: /over already/ });
  });
  const confirmed = async (id: string) => {
    const silenced = await confirmSilence(deps(), id, by('U1'));
    if (!silenced.done) throw new Error('it was not confirmed');
    return silenced;
  };

  test('one for later, for another topic, or of what is silenced already asks nothing', async () => {
    const id = await open();
    const { now } = await store().transact(async (tx) => ({ now: tx.now }));
    await made({ from: now + HOUR, to: now + 2 * HOUR });
    await made({ sure: true });
    await made();
    expect(await rests(id)).toBe(true);
  });

  test('the same click twice makes one', async () => {
    const [one, other] = [await made({ cause: 'twice' }), await made({ cause: 'twice' })];
    expect(one).toEqual(other);
  });

  test.each([
    ['somebody else', { by: by('U9') }, { done: false, who: expect.anything() }],
    ['an approver', { by: by('UAPPROVER') }, { done: true }],
    ['a terminal', { by: by('cli:root') }, { done: true }],
  ])('by %s', async (_, of, expected) => {
    expect(await make(of)).toMatchObject(expected);
  });

  test.each([
    ['without a reason', { reason: ' ' }, /Say why/],
    ['that is over', { to: 1 }, /over before it begins/],
    ['that is too long', { to: Date.now() + 48 * HOUR }, /24 hours at most/],
    ['of another topic', { topic: 'sll' }, /Did you mean “ssl”/],
    ['elsewhere', { environment: 'prod' }, /Did you mean “production”/],
  ])('%s is refused', async (_, of, message) => {
    await expect(make(of)).rejects.toThrow(message);
  });
});

describe('opening and silencing at the same moment', () => {
  test('who silences waits for who opens, and finds it', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: isOpen, resolve: opened } = Promise.withResolvers<void>();
    const opening = open(store(), () => {
      opened();
      return held;
    });
    await isOpen;
    const silencing = make({ sure: true });
    await waiting();
    letGo();
    const id = await opening;
    await silencing;
    expect(await rests(id)).toBe(true);
  });

  /** Somebody waits for an advisory lock. */
  const waiting = () =>
    expect
      .poll(async () => {
        const { rows } = await pool.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        return rows.length;
      })
      .toBe(1);
});

describe('a queue that loses everything', () => {
  const window = async (): Promise<MaintenanceWindow> => {
    const { now } = await store().transact(async (tx) => ({ now: tx.now }));
    const once = { from: now + 2 * MINUTE, to: now + 20 * MINUTE };
    return { name: 'upgrade', reason: 'upgrade', times: { once } };
  };

  test('the sweep finds a window’s beginning and its end; nobody is paged in between', async () => {
    const upgraded = storeWith(await window());
    const id = await open(upgraded);
    await ahead(2 * MINUTE + 6_000);
    expect((await swept(upgraded)).moved).toEqual([expect.stringMatching(`${id}, silence`)]);
    expect(await rests(id)).toBe(true);
    await ahead(19 * MINUTE);
    expect(await swept(upgraded)).toEqual({ moved: [], stuck: [] });
    await ahead(20 * MINUTE + 6_000);
    expect((await swept(upgraded)).moved).toEqual([expect.stringMatching(`${id}, silence`)]);
    expect((await present(id)).ladder).toMatchObject({ state: 'waiting', paged: {} });
    expect(sent.filter(({ task }) => task === 'page')).toEqual([]);
  });

  test('a ladder’s timer that comes before it is looked up pages nobody; a page that is owed is dropped', async () => {
    const upgraded = storeWith(await window());
    const id = await open(upgraded);
    await apply(upgraded, id, { type: 'escalated' }, { actor: 'U2' });
    await ahead(11 * MINUTE);
    const { nextAt: due = 0 } = (await present(id)).ladder;
    await apply(upgraded, id, { type: 'timer-due', timer: 'ladder', due }, { actor: 'paksa' });
    expect((await present(id)).ladder.paged).toEqual({ 1: 1 });
    await swept(upgraded);
    expect((await upgraded.log(id)).map(({ happening }) => happening.type)).toContain('page-dropped');
  });

  test('a window that is planned while it is open is known at the next start', async () => {
    const id = await open();
    const upgraded = storeWith(await window());
    await lookForSilencesOfAll(upgraded);
    await ahead(3 * MINUTE);
    await lookForSilencesOfAll(upgraded);
    expect(await rests(id)).toBe(true);
  });

  test('what is opened again learns what was made while it was resolved', async () => {
    const id = await open();
    await apply(store(), id, { type: 'resolved' }, { actor: 'U1' });
    await made();
    const { silences } = (await store().log(id)).at(-1)?.happening ?? {};
    expect(silences).toBeUndefined();
    await store().transact(async (tx) => {
      const incident = await tx.lock(id);
      if (!incident) throw new Error('it is gone');
      const failed = {
        type: 'page-failed',
        page: { level: 1, attempt: 1, responder: 'user/U1' },
        reason: 'x',
      } as const;
      await commit(tx, incident, failed, { actor: 'paksa' });
    });
    expect((await present(id)).silence?.periods).toHaveLength(1);
  });

  test('what is opened again learns of what ended early while it was resolved, and its ladder goes on', async () => {
    const silence = await made();
    const id = await open();
    expect(await rests(id)).toBe(true);
    await apply(store(), id, { type: 'resolved' }, { actor: 'U1' });
    await endSilence(deps(), silence.id, by('U1'));
    await apply(store(), id, { type: 'reopened', reason: 'it is back' }, { actor: 'U1' });
    expect((await present(id)).ladder.state).toBe('waiting');
    expect((await present(id)).silence?.until).toBeUndefined();
  });
});

describe('labels', () => {
  const alerts = () => createAlerts(pool, enqueue);
  const alert = (team: string, of: Partial<RoutedAlert> = {}): RoutedAlert => ({
    source: 'alertmanager',
    fingerprint: team,
    name: 'Down',
    status: 'firing',
    labels: { alertname: 'Down', team },
    annotations: {},
    lead: { environment: 'production', topic: 'ssl', severity: 'critical' },
    ...of,
  });
  const come = async (...some: RoutedAlert[]) => {
    await alerts().keep(some);
    const given = { store: store(), alerts: alerts(), topics, estate, checkpoint: () => undefined };
    await workOnAlerts({ ...given, channelOf: () => undefined }, { environment: 'production', topic: 'ssl' });
    const [incident] = await store().openIncidents();
    return incident;
  };

  test('silence what those alerts open, until another one fires in it; then it stays so', async () => {
    await made({ labels: { team: 'billing' } });
    expect((await come(alert('billing')))?.ladder.state).toBe('stopped');
    const lifted = await come(alert('web'));
    expect(lifted).toMatchObject({ alerts: { firing: 2 }, ladder: { state: 'waiting' } });
    expect((await come(alert('web', { status: 'resolved' })))?.ladder.state).toBe('waiting');
  });

  test('do not silence what other alerts or people open', async () => {
    await made({ labels: { team: 'billing' } });
    expect((await come(alert('web')))?.ladder.state).toBe('waiting');
    await pool.query('TRUNCATE paksa.alert, paksa.incident, paksa.event');
    expect(await rests(await open())).toBe(false);
  });
});

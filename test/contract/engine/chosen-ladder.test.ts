/**
 * Which ladder climbs, from paksa.yaml to the page, on a real PostgreSQL: by the hours and the severity as they are when the
 * incident opens, whether a diagnosis or an alert opens it.
 */
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { workOnAlerts } from '../../../src/engine/alerts.ts';
import { carryOutDiagnosis, requestDiagnosis } from '../../../src/engine/diagnose.ts';
import { moveOn } from '../../../src/engine/escalate.ts';
import type { Alerts, Store } from '../../../src/engine/ports.ts';
import { createEstate } from '../../../src/estate.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import { check } from '../../../src/runbook/check.ts';
import { catalog, defineRunbook } from '../../../src/runbook/define.ts';
import { problem, type Severity } from '../../../src/runbook/finding.ts';
import { openStores } from '../../harness/stores.ts';
import { load } from '../../unit/written-config.ts';

const CONFIGURED = `
environments: { production: { tls: { host: paksa.test } } }
ladder: { firstPageAfter: 7m, levels: [{ name: Usual, responders: [{ user: UUSUAL }] }] }
ladders:
  office: { firstPageAfter: 30m, levels: [{ name: In, responders: [{ user: UOFFICE }] }] }
  night: { firstPageAfter: 1m, levels: [{ name: Awake, responders: [{ user: UNIGHT }] }] }
businessHours: { timeZone: Europe/Berlin, except: ['2026-12-25'] }
ladderRules:
  - { hours: business, ladder: office }
  - { severity: critical, ladder: night }
`;
const MINUTE = 60_000;

let pool: pg.Pool;
let alerts: Alerts;
let store: Store;
let severity: Severity;
const { sent } = openStores((stores) => {
  ({ pool, store, alerts } = stores);
});
const topics = catalog([
  defineRunbook({
    topic: 'ssl',
    title: 'SSL',
    symptoms: [],
    checks: { expiry: check('Expiry', async () => problem('expires soon', { severity })) },
    fixes: {},
  }),
]);
const estate = createEstate(load(CONFIGURED).environments);
const itIs = (moment: string) =>
  pool.query(`CREATE OR REPLACE FUNCTION paksa.now() RETURNS timestamptz LANGUAGE sql STABLE
              AS 'SELECT timestamptz ''${moment}'''`);

const OPENINGS: readonly (readonly [string, () => Promise<unknown>])[] = [
  [
    'a diagnosis',
    async () => {
      const deps = { store, topics, estate, redact: <Value>(value: Value) => value };
      await carryOutDiagnosis(deps, await requestDiagnosis(deps, { topic: 'ssl', requestedBy: 'UANA' }));
    },
  ],
  [
    'an alert',
    async () => {
      const lead = { environment: 'production', topic: 'ssl', severity };
      await alerts.keep([
        {
          source: 'alertmanager',
          fingerprint: '1',
          name: 'CertificateExpiring',
          status: 'firing',
          labels: {},
          annotations: {},
          lead,
        },
      ]);
      const deps = { store, alerts, topics, estate, checkpoint: () => undefined, channelOf: () => undefined };
      await workOnAlerts(deps, lead);
    },
  ],
];

/** The clocks in Berlin go from 02:00 to 03:00 on 2026-03-29. */
const OCCASIONS: readonly (readonly [string, Severity, string | undefined, string, number])[] = [
  ['2026-11-30T10:00+01:00', 'critical', 'office', 'UOFFICE', 30],
  ['2026-11-30T16:59:59+01:00', 'warning', 'office', 'UOFFICE', 30],
  ['2026-11-30T17:00+01:00', 'critical', 'night', 'UNIGHT', 1],
  ['2026-11-30T02:14+01:00', 'critical', 'night', 'UNIGHT', 1],
  ['2026-11-30T02:14+01:00', 'warning', undefined, 'UUSUAL', 7],
  ['2026-11-28T10:00+01:00', 'critical', 'night', 'UNIGHT', 1],
  ['2026-12-25T10:00+01:00', 'critical', 'night', 'UNIGHT', 1],
  ['2026-03-30T08:30+02:00', 'warning', undefined, 'UUSUAL', 7],
  ['2026-03-30T09:00+02:00', 'warning', 'office', 'UOFFICE', 30],
];

describe.each(OPENINGS)('opened by %s', (_, open) => {
  test.each(OCCASIONS)('at %s, %s: %s, whose %s is paged', async (moment, how, ladder, user, minutes) => {
    severity = how;
    await itIs(moment);
    await open();
    const [incident] = await store.openIncidents();
    if (!incident) throw new Error('none was opened');
    expect(incident).toMatchObject({ severity: how, openedAt: Date.parse(moment) });
    expect(incident.policy.ladder).toBe(ladder);
    expect(incident.ladder.nextAt).toBe(Date.parse(moment) + minutes * MINUTE);
    expect(await pagedFirst(incident)).toEqual([`user/${user}`]);
  });
});

/** Once its ladder's first timer falls due. */
async function pagedFirst({ id, ladder }: Incident): Promise<readonly string[]> {
  const due = ladder.nextAt ?? Number.NaN;
  await itIs(new Date(due).toISOString());
  await moveOn(store, { incident: id, timer: 'ladder', due });
  return sent.flatMap((task) => (task.task === 'page' ? [task.page.responder] : []));
}

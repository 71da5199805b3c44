/** What monitoring sends, read into alerts: as its documentation shows it, and with all that may be wrong with it. */
import { describe, expect, test } from 'vitest';
import { fingerprintOf, PAYLOADS } from '../../src/http/alert-payloads.ts';

const STARTS = Date.UTC(2018, 7, 3, 7, 52, 26, 739);

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const fired = {
  status: 'firing',
  labels: { alertname: 'HighErrorRate', environment: 'staging', severity: 'critical' },
  annotations: { summary: 'High error rate detected' },
  startsAt: '2018-08-03T09:52:26.739266876+02:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'https://prometheus.example.com/graph?g0.expr=rate%28x%5B5m%5D%29+%3E+0.1&g0.tab=1',
  fingerprint: '1a30ba71cca2921f',
};
const version4 = (...alerts: readonly unknown[]) => ({
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  truncatedAlerts: 2,
  status: 'firing',
  receiver: 'paksa',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'https://alertmanager.example.com',
  alerts,
});

test('Alertmanager’s version 4, with nanoseconds and year 1', () => {
  expect(PAYLOADS.alertmanager.parse(version4(fired))).toEqual({
    leftOut: 2,
    alerts: [
      {
        source: 'alertmanager',
        fingerprint: '1a30ba71cca2921f',
        name: 'HighErrorRate',
        status: 'firing',
        labels: fired.labels,
        annotations: fired.annotations,
        startsAt: STARTS,
        link: fired.generatorURL,
      },
    ],
  });
});

test('one that is over has its end', () => {
  const { alerts } = PAYLOADS.alertmanager.parse(
    version4({ ...fired, status: 'resolved', endsAt: '2018-08-03T08:00:00Z' }),
  );
  expect(alerts).toMatchObject([{ status: 'resolved', endsAt: Date.UTC(2018, 7, 3, 8) }]);
});

test('Grafana’s, with its values, and a panel where there is no rule to link to', () => {
  const grafana = {
    ...version4(),
    version: '1',
    orgId: 1,
    state: 'alerting',
    title: '[FIRING:1]',
    message: '**Firing**',
    alerts: [
      {
        ...fired,
        generatorURL: '',
        silenceURL: 'https://grafana.example.com/alerting/silence/new',
        dashboardURL: '',
        panelURL: 'https://grafana.example.com/d/abc?viewPanel=7',
        values: { B: 44.2, C: 1 },
      },
      {
        ...fired,
        labels: { alertname: 'DatasourceNoData', rulename: 'Rate' },
        fingerprint: 'b',
        values: null,
      },
    ],
  };
  expect(PAYLOADS.grafana.parse(grafana).alerts).toMatchObject([
    {
      source: 'grafana',
      annotations: { summary: 'High error rate detected', values: 'B = 44.2, C = 1' },
      link: 'https://grafana.example.com/d/abc?viewPanel=7',
    },
    { name: 'DatasourceNoData', annotations: fired.annotations },
  ]);
});

describe('the form for everything else', () => {
  test('takes one alert, of which only the name is required', () => {
    const { alerts } = PAYLOADS.generic.parse({ name: 'BackupTooOld' });
    const labels = { alertname: 'BackupTooOld' };
    expect(alerts).toEqual([
      {
        source: 'generic',
        fingerprint: fingerprintOf(labels),
        name: 'BackupTooOld',
        status: 'firing',
        labels,
        annotations: {},
      },
    ]);
  });

  test('takes several, with labels that are numbers', () => {
    const { alerts } = PAYLOADS.generic.parse({
      alerts: [
        { name: 'A', labels: { shard: 3, primary: true }, summary: 'too old', url: 'https://b.example.com/' },
        { name: 'A', labels: { shard: 4 }, status: 'resolved', fingerprint: 'mine' },
      ],
    });
    expect(alerts).toMatchObject([
      {
        labels: { shard: '3', primary: 'true' },
        annotations: { summary: 'too old' },
        link: 'https://b.example.com/',
      },
      { status: 'resolved', fingerprint: 'mine' },
    ]);
  });
});

describe('a fingerprint', () => {
  test('is the same for the same labels in any order, and another for others', () => {
    const one = fingerprintOf({ a: '1', b: '2' });
    expect(fingerprintOf({ b: '2', a: '1' })).toBe(one);
    const others: readonly Record<string, string>[] = [{ a: '1' }, { a: '1', b: '3' }, { a: '1,b=2' }];
    for (const other of others) expect(fingerprintOf(other)).not.toBe(one);
  });
});

test.each([
  'http://prometheus.example.com/graph',
  'javascript:alert(1)',
  'not an address',
  `https://x.example.com/${'x'.repeat(600)}`,
])('%s is not linked to', (generatorURL) => {
  const [alert] = PAYLOADS.alertmanager.parse(version4({ ...fired, generatorURL })).alerts;
  expect(alert).not.toHaveProperty('link');
});

describe('refused, saying what is wrong', () => {
  const { labels: _, ...unlabelled } = fired;
  test.each([
    ['alertmanager', { ...version4(fired), version: '3' }, 'version', /must be “4”/],
    ['alertmanager', { version: '4' }, 'alerts', /is missing: it must be a list of alerts/],
    ['alertmanager', version4(unlabelled), 'alerts.0.labels', /is missing: it must be a block of labels/],
    ['alertmanager', version4({ ...fired, status: 'pending' }), 'alerts.0.status', /“firing” or “resolved”/],
    ['alertmanager', version4({ ...fired, startsAt: 'yesterday' }), 'alerts.0.startsAt', /a time such as/],
    ['alertmanager', version4({ ...fired, labels: { a: 1 } }), 'alerts.0.labels.a', /must be text/],
    ['grafana', { alerts: 'none' }, 'alerts', /must be a list of alerts/],
    ['generic', {}, 'alerts.0.name', /is missing: it must be the alert’s name/],
    ['generic', { alerts: [{ name: 'A', labels: { a: null } }] }, 'alerts.0.labels.a', /text, a number/],
    ['generic', [], '', /must be a JSON object/],
    ['alertmanager', 'an alert', '', /must be a JSON object/],
  ] as const)('%s: %o', (source, body, path, message) => {
    const issue = PAYLOADS[source].safeParse(body).error?.issues[0];
    expect(issue?.path.join('.')).toBe(path);
    expect(issue?.message).toMatch(message);
  });
});

/** Sends alerts to the bot as Alertmanager and its kin do: https://prometheus.io/docs/alerting/latest/configuration, “webhook_config”. */
import type { WorldOptions } from '../harness/world.ts';

export const TOKEN = 'a-token-of-the-tests-0123456789';

/** A world that takes alerts in; `routes` as YAML, one a line. */
export const withAlerts = (...routes: readonly string[]): WorldOptions => ({
  variables: { ALERTS_TOKEN: TOKEN },
  configure: (yaml) =>
    `${yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h')}alerts:\n  tokenEnv: ALERTS_TOKEN\n  routes:\n${[
      '{ match: { alertname: { regex: "Certificate.*" } }, topic: ssl }',
      ...routes,
    ]
      .map((route) => `    - ${route}\n`)
      .join('')}`,
});

export interface SampleAlert {
  readonly name?: string;
  readonly status?: 'firing' | 'resolved';
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly fingerprint?: string;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

export const alertOf = ({
  name = 'CertificateExpiring',
  status = 'firing',
  labels = {},
  annotations = { summary: 'The certificate expires soon' },
  fingerprint = `${name} ${JSON.stringify(labels)}`,
  ...times
}: SampleAlert = {}) => ({
  status,
  labels: { alertname: name, severity: 'critical', instance: 'api.paksa.local:443', ...labels },
  annotations,
  startsAt: '2026-01-31T12:00:00.5Z',
  endsAt: status === 'resolved' ? '2026-01-31T12:10:00Z' : '0001-01-01T00:00:00Z',
  generatorURL: 'https://prometheus.paksa.test/graph?g0.expr=up&g0.tab=1',
  fingerprint,
  ...times,
});

export const notification = (...alerts: readonly SampleAlert[]) => ({
  version: '4',
  groupKey: '{}:{alertname="CertificateExpiring"}',
  truncatedAlerts: 0,
  status: alerts.some(({ status = 'firing' }) => status === 'firing') ? 'firing' : 'resolved',
  receiver: 'paksa',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'https://alertmanager.paksa.test',
  alerts: alerts.map(alertOf),
});

/** Resolves with the status and what was answered. */
export async function send(
  port: number,
  source: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${TOKEN}` },
) {
  const answer = await fetch(`http://127.0.0.1:${port}/alerts/${source}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  const said: unknown = await answer.json();
  return { status: answer.status, said, headers: answer.headers };
}

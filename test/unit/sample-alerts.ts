/** Alerts to begin from: one name, and what is seen of it. */
import type { Alert, AlertsSeen, NamedAlerts } from '../../src/incident/alert.ts';
import { OPENED } from './sample-incident.ts';

export const alert = (of: Partial<Alert> = {}): Alert => ({
  source: 'alertmanager',
  fingerprint: 'f1',
  name: of.labels?.alertname ?? 'HighErrorRate',
  status: 'firing',
  labels: { alertname: 'HighErrorRate' },
  annotations: {},
  ...of,
});

export const named = (name: string, firing = 1, of: Partial<NamedAlerts> = {}): NamedAlerts => ({
  name,
  firing,
  severity: 'critical',
  since: OPENED,
  summary: `${name} says so`,
  link: 'https://prometheus.paksa.test/graph?g0.expr=up',
  evidence: { instance: 'backend-1' },
  ...of,
});

/** Of these names, all of what fires and what does not. */
export const seen = (...names: readonly NamedAlerts[]): AlertsSeen => {
  const firing = names.reduce((sum, each) => sum + each.firing, 0);
  return { source: 'alertmanager', firing, total: Math.max(firing, names.length), names, moreNames: 0 };
};

/** With `text` wherever it takes text. */
export const alertsSeen = (text: string, firing = 1): AlertsSeen =>
  seen(named(text, firing, { summary: text, evidence: { [text]: text } }));

/** A storm as Alertmanager would send it: so many alerts a second, in requests of some, whether or not the answers keep up. */
import { setTimeout as pause } from 'node:timers/promises';

export interface StormOptions {
  readonly url: string;
  readonly token: string;
  /** Alerts a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Alerts a request. */
  readonly together: number;
}

export interface Storm {
  readonly requests: number;
  readonly alerts: number;
  readonly fingerprints: ReadonlySet<string>;
  /** Of each request, in milliseconds, the tries after a refusal included. */
  readonly took: readonly number[];
  /** Answers other than 200; they were sent again. */
  readonly refused: number;
  /** From the first request to the last answer. */
  readonly wholeMs: number;
}

/** The guide's two alerts, and one that a route sends to a topic with something to look at. */
const NAMES = ['HighErrorRate', 'DatabaseConnectionHigh', 'CertificateExpiresSoon'] as const;
/** One in so many was sent before. */
const REPEATED = 5;
const PATIENCE_MS = 60_000;

export async function sendStorm(options: StormOptions): Promise<Storm> {
  const { rate, seconds, together } = options;
  const fingerprints = new Set<string>();
  const took: number[] = [];
  let refused = 0;
  const requests = Math.ceil((rate * seconds) / together);
  const began = performance.now();
  const answers: Promise<void>[] = [];
  for (let request = 0; request < requests; request += 1) {
    const early = began + (request * together * 1000) / rate - performance.now();
    if (early > 0) await pause(early);
    const alerts = Array.from({ length: together }, (_, place) => alertNumber(request * together + place));
    for (const { fingerprint } of alerts) fingerprints.add(fingerprint);
    const started = performance.now();
    answers.push(
      sendUntilKept(options, alerts).then((refusals) => {
        refused += refusals;
        took.push(performance.now() - started);
      }),
    );
  }
  await Promise.all(answers);
  return {
    requests,
    alerts: requests * together,
    fingerprints,
    took,
    refused,
    wholeMs: performance.now() - began,
  };
}

function alertNumber(index: number) {
  const number = index % REPEATED === 0 ? Math.floor(index / 2) : index;
  const alertname = NAMES[number % NAMES.length] ?? NAMES[0];
  return {
    status: 'firing',
    fingerprint: `storm-${number}`,
    labels: { alertname, severity: 'critical', instance: `backend-${number}:8000`, job: 'paksa-backend' },
    annotations: { summary: `${alertname} on backend-${number}`, runbook_url: 'https://docs.paksa.test/' },
    startsAt: '2026-01-31T12:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'https://prometheus.paksa.test/graph?g0.expr=up&g0.tab=1',
  };
}

/** As Alertmanager: what was answered with 5xx, or not at all, is sent again. Resolves with how often it was refused. */
async function sendUntilKept({ url, token }: StormOptions, alerts: readonly object[]): Promise<number> {
  const body = JSON.stringify({
    version: '4',
    groupKey: 'storm',
    status: 'firing',
    receiver: 'paksa',
    alerts,
  });
  const until = performance.now() + PATIENCE_MS;
  for (let refusals = 0; ; refusals += 1) {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }).catch(() => undefined);
    await answer?.text();
    if (answer?.status === 200) return refusals;
    if (answer && answer.status < 500) throw new Error(`The bot answered ${answer.status}.`);
    if (performance.now() > until) throw new Error('The bot did not take the alerts in a minute.');
    await pause(500);
  }
}

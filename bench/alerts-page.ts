/** What was measured, as the page docs/bench-alerts.md. */
import { median } from './guide-page.ts';

export interface Measured {
  readonly seconds: number;
  readonly rate: number;
  readonly together: number;
  readonly cores: number;
  /** The machine's load before it began. */
  readonly load: number;
  readonly requests: number;
  readonly alerts: number;
  readonly different: number;
  readonly refused: number;
  readonly wholeMs: number;
  readonly took: readonly number[];
  /** Alerts that are not in the database, or in no incident. */
  readonly lost: number;
  readonly incidents: number;
  readonly diagnoses: number;
  readonly cards: number;
  readonly replies: number;
  readonly others: number;
  readonly updates: number;
  /** From the last answer until the cards said all. */
  readonly behindMs: number;
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;

const ms = (value: number): string => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;

export function alertsPage(of: Measured): string {
  const [middle, late] = [median(of.took), percentile(of.took, 0.99)];
  const rows: readonly (readonly [string, string | number])[] = [
    ['alerts sent', `${of.alerts}, ${of.different} of them different, in ${of.requests} requests`],
    ['lost', of.lost],
    ['answered with 5xx, and sent again', of.refused],
    ['answer time, median', ms(middle)],
    ['answer time, 99th percentile', ms(late)],
    ['99th percentile over median', (late / middle).toFixed(1)],
    ['from the first request to the last answer', `${(of.wholeMs / 1000).toFixed(1)} s`],
    ['until the cards counted them all, after the last answer', `${(of.behindMs / 1000).toFixed(1)} s`],
    ['incidents opened', of.incidents],
    ['diagnoses made', of.diagnoses],
    ['messages in channels: cards', of.cards],
    ['messages in channels: others', of.others],
    ['messages in threads', of.replies],
    ['updates of messages', of.updates],
  ];
  return `${[
    '# A storm of alerts',
    '',
    `\`npm run bench:alerts -- --seconds ${of.seconds}\`: ${of.rate} alerts a second for ${of.seconds} s, ${of.together} a request, against the real bot`,
    'over its own PostgreSQL (with fsync) and the local workspace, which keeps Slack’s rate limits. Everything, the sender too, ran',
    `on the same ${of.cores} cores, whose load was ${of.load.toFixed(1)} before it began. The alerts lead to three topics; one in five was sent before. Lost is what`,
    'was answered with 200 and is not in the database, or is in no incident.',
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([what, figure]) => `| ${what} | ${figure} |`),
  ].join('\n')}\n`;
}

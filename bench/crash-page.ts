/** What was measured, as the page docs/bench-crash.md. */
import type { Matrix } from '../test/crash/matrix.ts';
import { percentile } from './alerts-page.ts';

export interface Measured extends Matrix {
  readonly seed: number;
  readonly cores: number;
  /** The machine's load before it began. */
  readonly load: number;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const lateness = (late: readonly number[]): string =>
  late.length === 0
    ? '| – | – | –'
    : `| ${[0.5, 0.99, 1].map((share) => seconds(percentile(late, share))).join(' | ')}`;

export function crashPage(of: Measured): string {
  const deaths = [...of.deaths.values()].reduce((sum, count) => sum + count, 0);
  const whole = (value: number) => value.toLocaleString('en');
  return `${[
    '# Killed at every step',
    '',
    `\`npm run bench:crash -- --runs ${deaths} --seed ${of.seed}\`: replicas of Paksa’s ladder, as processes, are killed with SIGKILL at every named step,`,
    'each at a seeded occurrence of it, and others take over. The store, the queue, the engine, the outbox and the pagers are the real',
    'ones, over a PostgreSQL of its own that keeps what it commits (fsync). Slack, PagerDuty, Opsgenie, Twilio (SMS), a mail server and',
    'a webhook’s receiver are peers on the same machine that judge by the providers’ own rules. Each incident’s ladder goes through all',
    'six, in a seeded order: to one person, to two, or to a channel; one level of five tries a pager first that is down. Six incidents',
    'of ten are answered at a seeded moment, for two somebody asks for more people. A page is lost when it was decided on and never',
    'arrived; it is doubled when somebody was called twice for it. Nothing but what the peers hold decides that. Slack’s rate limits are',
    'off: nobody has so many incidents. Twilio’s calls are left out: nothing in a call tells which page it is, so that of two calls to',
    'one number whose sender died, either may be taken for the other.',
    '',
    '| | |',
    '| --- | --- |',
    `| deaths | ${whole(deaths)} |`,
    `| incidents | ${whole(of.incidents)} |`,
    `| pages decided | ${whole(of.pages)}, of which ${whole(of.dropped)} were left out because somebody had answered |`,
    `| lost | ${of.lost.length} |`,
    `| doubled, by Slack, PagerDuty, Opsgenie, Twilio and the webhook | ${of.doubled.length} |`,
    `| doubled, by e-mail, where nobody can be asked | ${of.mailsDoubled} |`,
    `| pages after an answer, answers forgotten, services not told, ladders that stand still | ${of.broken.length} |`,
    `| took | ${seconds(of.wholeMs)}, on ${of.cores} cores whose load was ${of.load.toFixed(1)} before |`,
    '',
    'Late is from when the ladder’s step was due until the provider had the page. A dead replica’s work is taken over after the heartbeat',
    'of its task, 10 s, and the look for such, every 2 s.',
    '',
    '| pages | how many | late, median | p99 | most |',
    '| --- | ---: | ---: | ---: | ---: |',
    `| that no death had to do with | ${whole(of.late.length)} ${lateness(of.late)} |`,
    `| taken over | ${whole(of.lateTakenOver.length)} ${lateness(of.lateTakenOver)} |`,
    '',
    '| died at | times |',
    '| --- | ---: |',
    ...[...of.deaths].map(([point, count]) => `| \`${point}\` | ${count} |`),
  ].join('\n')}\n`;
}

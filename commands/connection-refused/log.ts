/**
 * The guide's `docker-compose logs postgres`: what PostgreSQL itself said last, by message. Silence is no health where it
 * writes elsewhere (logging_collector, syslog), or where nothing runs that could say anything.
 */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { asked } from '../parts/fault.ts';
import { grouped, type LogTail, logsOf, type Messages, messageLines, totalOf } from '../parts/logs.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noDatabase, noReplicas } from '../parts/target.ts';
import { count, short, span } from '../parts/words.ts';

const SINCE_SECONDS = 15 * 60;
/** A wrong password now and then is somebody's typing; this many in that time is an application. */
const MANY_REFUSED = 20;
/** No connection left: what nobody has been told for this long is over, as those who wait for one may be few. */
const FULL_GOES_ON_MS = 3 * 60_000;
/** Refused: an application tries again within seconds, so that a minute without is the end of it. */
const REFUSED_GOES_ON_MS = 60_000;

/** Its own format, and the JSON of `log_destination = jsonlog` and of operators. */
const PLAIN = /\b(FATAL|PANIC):\s+(.+)/;
const JSON_LINE = /"error_severity":\s*"(FATAL|PANIC)".*?"message":\s*"((?:[^"\\]|\\.)*)"/;
/** A process of the server that the system killed takes every session down with it; it is logged as LOG. */
const CRASH = /(?:LOG:\s+|"message":\s*")(server process .*?was terminated by signal \d+[^"]*)/;
const READY = /database system is ready to accept/;

/** Said to a client who did something wrong; the server is well. */
const REFUSED =
  /authentication|password|pg_hba\.conf|^role "|^database "|permission denied|must be superuser|startup packet|frontend protocol|SSL|SASL|client|parameter "|cancell?ing|timeout|conflict|too many connections for/i;
/** Nobody else is let in: the server is well, and full. */
const EXHAUSTED = /too many clients|connection slots are reserved/i;
/** Said to everyone while it starts and stops, which is no news. */
const PASSING =
  /^the database system is (starting up|shutting down|in recovery mode|not yet accepting|not accepting)|^terminating .*(administrator command|crash of another server process|postmaster exit)/i;

type Kind = 'own' | 'exhausted' | 'refused' | 'passing';

const kindOf = (text: string): Kind => {
  if (PASSING.test(text)) return 'passing';
  if (EXHAUSTED.test(text)) return 'exhausted';
  return REFUSED.test(text) ? 'refused' : 'own';
};

export const logCheck = (platform: Platform) =>
  check(
    `Log of the ${NOUN[platform].many} of postgres`,
    async (context) => {
      const tail = await logsOf(platform, 'postgres', SINCE_SECONDS, context);
      const verdict = judge(tail, context.now);
      const deaf = verdict.status === 'healthy' ? await whyDeaf(platform, tail, context) : undefined;
      return deaf === undefined ? verdict : inconclusive(deaf, verdict.evidence);
    },
    { skip: noReplicas(platform, 'postgres') },
  );

/** Why what there is to read is not what it says; undefined when it is. */
async function whyDeaf(
  platform: Platform,
  { lines }: LogTail,
  context: CheckContext,
): Promise<string | undefined> {
  const { one } = NOUN[platform];
  const standing =
    noDatabase(context.target) === undefined
      ? await asked(context.postgres.standing(context.signal))
      : undefined;
  if (standing?.answered) {
    switch (standing.answer.logsTo) {
      case 'stderr':
        return undefined;
      case 'files':
        return `it writes its log to files of its own (logging_collector = on), not to the log of its ${one}: look into log_directory on the server`;
      case 'syslog':
        return `it writes its log to syslog (log_destination), not to the log of its ${one}: look there`;
    }
  }
  if (lines.length > 0) return undefined;
  const replicas = await runtimeOf(platform, context).replicas('postgres', context.signal);
  return replicas.some(({ state }) => state === 'running')
    ? 'not a line in 15 min, and nobody can ask the server where it writes its log'
    : `not a line in 15 min, and no ${one} of postgres runs: what it said last is further back`;
}

/** What was really read: with more lines than are kept of a replica, the oldest have gone. */
function spanRead({ lines, truncated }: LogTail, now: Date): string {
  if (!truncated) return 'in the last 15 min';
  const byReplica = Map.groupBy(lines, ({ replica }) => replica);
  const [fullest = []] = [...byReplica.values()].sort((a, b) => b.length - a.length);
  const [oldest] = fullest;
  return oldest
    ? `in the last ${span(now.getTime() - oldest.at.getTime())}, all that was read`
    : 'of what was read';
}

const said = (severity: 'FATAL' | 'PANIC') => (line: string) => {
  const [, found, message] = JSON_LINE.exec(line) ?? PLAIN.exec(line) ?? [];
  return found === severity ? message?.trim() : undefined;
};

function judge(tail: LogTail, now: Date): Verdict {
  const { lines, truncated } = tail;
  const within = spanRead(tail, now);
  const times = (messages: readonly Messages[]): string => {
    const total = totalOf(messages);
    return total === 1 ? `, once ${within}` : `, ${count(total, 'time')} ${within}`;
  };
  const readyAt = lines.findLast(({ text }) => READY.test(text))?.at;
  const fatals = grouped(lines, said('FATAL'));
  const of = (kind: Kind) => fatals.filter(({ text }) => kindOf(text) === kind);
  const trouble = [
    ...grouped(lines, said('PANIC')),
    ...grouped(lines, (line) => CRASH.exec(line)?.[1]),
    ...of('own'),
  ];
  const evidence: Evidence = {
    messages: messageLines([...trouble, ...of('exhausted'), ...of('refused'), ...of('passing')]),
    ...(truncated ? { 'older lines': 'left out, there are too many' } : {}),
  };
  const [worst] = trouble;
  if (worst) {
    const isOver = readyAt !== undefined && trouble.every(({ last }) => last < readyAt);
    return problem(
      `${short(worst.text, 200)}${times(trouble)}${isOver ? '; it has come up again since' : ''}`,
      { evidence, severity: isOver ? 'warning' : 'critical' },
    );
  }
  const isSaid = (withinMs: number) => (messages: Messages) =>
    now.getTime() - messages.last.getTime() < withinMs;
  const full = of('exhausted');
  if (full.some(isSaid(FULL_GOES_ON_MS)))
    return problem(`clients are turned away, because connections run out${times(full)}`, {
      evidence,
      severity: 'warning',
    });
  const refused = of('refused');
  const [most] = refused;
  if (most && refused.some(isSaid(REFUSED_GOES_ON_MS)) && totalOf(refused) >= MANY_REFUSED)
    return problem(`clients are refused${times(refused)}: ${short(most.text, 200)}`, {
      evidence,
      severity: 'warning',
    });
  return fatals.length === 0
    ? healthy(`no FATAL and no PANIC ${within}`, truncated ? evidence : {})
    : healthy(
        `${count(totalOf(fatals), 'FATAL')} ${within}, none of the server itself: clients’ mistakes, starts and stops`,
        evidence,
      );
}

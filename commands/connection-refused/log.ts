/** The guide's `docker-compose logs postgres`: what PostgreSQL itself said last, by message. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { grouped, type LogTail, logsOf, type Messages, messageLines, totalOf } from '../parts/logs.ts';
import { NOUN, type Platform } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';

const SINCE_SECONDS = 15 * 60;
/** A wrong password now and then is somebody's typing; this many in that time is an application. */
const MANY_REFUSED = 20;
/** What nobody has been told for this long is over. */
const GOES_ON_MS = 3 * 60_000;

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
    async (context) => judge(await logsOf(platform, 'postgres', SINCE_SECONDS, context), context.now),
    { skip: noReplicas(platform, 'postgres') },
  );

const said = (severity: 'FATAL' | 'PANIC') => (line: string) => {
  const [, found, message] = JSON_LINE.exec(line) ?? PLAIN.exec(line) ?? [];
  return found === severity ? message?.trim() : undefined;
};

function judge({ lines, truncated }: LogTail, now: Date): Verdict {
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
  const goesOn = ({ last }: Messages) => now.getTime() - last.getTime() < GOES_ON_MS;
  const full = of('exhausted');
  if (full.some(goesOn))
    return problem(`clients are turned away, because connections run out${times(full)}`, {
      evidence,
      severity: 'warning',
    });
  const refused = of('refused');
  const [most] = refused;
  if (most && refused.some(goesOn) && totalOf(refused) >= MANY_REFUSED)
    return problem(`clients are refused${times(refused)}: ${short(most.text, 200)}`, {
      evidence,
      severity: 'warning',
    });
  return fatals.length === 0
    ? healthy('no FATAL and no PANIC in the last 15 min', truncated ? evidence : {})
    : healthy(
        `${count(totalOf(fatals), 'FATAL')} in the last 15 min, none of the server itself: clients’ mistakes, starts and stops`,
        evidence,
      );
}

const times = (messages: readonly Messages[]): string => {
  const total = totalOf(messages);
  return total === 1 ? ', once in the last 15 min' : `, ${count(total, 'time')} in the last 15 min`;
};

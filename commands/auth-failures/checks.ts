/** What the topic `auth-failures` looks at: whether a token is taken, what the log says of refusals, and what they rest on. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { asked } from '../parts/fault.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { all, noApi, noRedis, noReplicas, noToken } from '../parts/target.ts';
import { bytes, count, percent, short, span } from '../parts/words.ts';
import { refusalsOf } from './refusals.ts';

const SECRET = 'JWT_SECRET_KEY';
/** HS256 wants a key at least as long as its hash (RFC 7518 §3.2). */
const LEAST_SECRET = 32;
/** Tokens carry times; a clock further off makes fresh ones invalid. */
const TOLERATED_SKEW_MS = 30_000;
const LOG_SECONDS = 15 * 60;
/** A wrong signature never comes from an honest client; expired and missing tokens come every day. */
const SUSPICIOUS_SIGNATURES = 3;
const MANY_A_MINUTE = 30;
const FULL = 0.95;
const SHOWN = 8;

export const checks = {
  token: check(
    'A valid token is taken',
    async ({ http, target, signal }): Promise<Verdict> => {
      const path = target.api?.paths.verify ?? '';
      const { status, body, ms } = await http.get(path, { authorized: true }, signal);
      const evidence = { path, status, answer: short(body, 120) };
      if (status >= 200 && status < 300) return healthy(`taken in ${span(ms)}`, evidence);
      if (status === 401 || status === 403)
        return /expired/i.test(body)
          ? inconclusive('the configured token has expired: put a new one into its variable', evidence)
          : problem(`refused with ${status}: ${short(body, 100) || 'no reason given'}`, {
              evidence,
              suggests: ['restart-backend', 'rollout-restart', 'clear-cache'],
            });
      return inconclusive(`the API answers ${status}, which says nothing about the token`, evidence);
    },
    { skip: all(noApi, noToken) },
  ),
  guard: check(
    'No token is not taken',
    async ({ http, target, signal }): Promise<Verdict> => {
      const path = target.api?.paths.verify ?? '';
      const { status } = await http.get(path, { authorized: false }, signal);
      if (status === 401 || status === 403) return healthy(`refused with ${status}`, { path });
      return status >= 200 && status < 300
        ? problem(`${path} answers ${status} without any token`, { evidence: { path, status } })
        : inconclusive(`the API answers ${status}, which says nothing about tokens`, { path });
    },
    { skip: noApi },
  ),
  'container-log': logCheck('docker'),
  'pod-log': logCheck('kubernetes'),
  'container-secret': secretCheck('docker'),
  'pod-secret': secretCheck('kubernetes'),
  redis: check(
    'Redis answers and takes writes',
    async ({ redis, signal }): Promise<Verdict> => {
      const answer = await asked(Promise.all([redis.ping(signal), redis.info(signal)]));
      if (!answer.answered) return problem(`sessions cannot be read: ${answer.message}`);
      const [ms, info] = answer.answer;
      const used = info.maxMemoryBytes === 0 ? 0 : info.usedMemoryBytes / info.maxMemoryBytes;
      const evidence = {
        version: info.version,
        memory: `${bytes(info.usedMemoryBytes)}${info.maxMemoryBytes > 0 ? ` of ${bytes(info.maxMemoryBytes)}` : ', no limit'}`,
        policy: info.evictionPolicy,
        clients: `${info.connectedClients} of ${info.maxClients}`,
      };
      if (info.persistenceFailed)
        return problem('its last snapshot failed: it may refuse writes', { evidence, severity: 'warning' });
      if (used >= FULL && info.evictionPolicy === 'noeviction')
        return problem(`full (${percent(used)}) and set to refuse writes: nobody can log in`, {
          evidence,
          suggests: ['clear-cache', 'flush-all'],
        });
      return healthy(`answers in ${span(ms)}`, evidence);
    },
    { skip: noRedis },
  ),
  clock: check(
    'Clocks agree',
    async ({ http, signal }): Promise<Verdict> => {
      const { skewMs, uncertaintyMs } = await http.apiClock(signal);
      const evidence = { skew: span(Math.abs(skewMs)), uncertainty: span(uncertaintyMs) };
      return Math.abs(skewMs) - uncertaintyMs <= TOLERATED_SKEW_MS
        ? healthy(`the API’s clock is within ${TOLERATED_SKEW_MS / 1000} s of ours`, evidence)
        : problem(
            `the API’s clock is ${span(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead' : 'behind'}: tokens are too young or too old`,
            { evidence },
          );
    },
    { skip: noApi },
  ),
};

function logCheck(platform: Platform) {
  return check(
    `Refusals in the log of the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const request = { sinceSeconds: LOG_SECONDS };
      const { lines, truncated } = await runtimeOf(platform, context).logs(
        'backend',
        request,
        context.signal,
      );
      const { total, byReason, worstMinute } = refusalsOf(lines);
      const evidence = {
        reasons: byReason.slice(0, SHOWN).map(({ reason, times }) => `${reason}: ${times}`),
        ...(worstMinute ? { 'worst minute': `${worstMinute.minute}Z: ${worstMinute.times}` } : {}),
        ...(truncated ? { 'older lines': 'left out' } : {}),
      };
      const forged = byReason.find(({ reason }) => reason === 'wrong signature')?.times ?? 0;
      if (forged >= SUSPICIOUS_SIGNATURES)
        return problem(`${forged} tokens with a wrong signature in 15 min: a secret differs or has changed`, {
          evidence,
          suggests: [platform === 'docker' ? 'restart-backend' : 'rollout-restart', 'clear-cache'],
        });
      return worstMinute !== undefined && worstMinute.times >= MANY_A_MINUTE
        ? problem(`${worstMinute.times} refusals within one minute (${byReason[0]?.reason})`, {
            evidence,
            severity: 'warning',
          })
        : healthy(
            total === 0 ? 'none in 15 min' : `${count(total, 'refusal')} in 15 min, as on any day`,
            evidence,
          );
    },
    { skip: noReplicas(platform, 'backend') },
  );
}

function secretCheck(platform: Platform) {
  return check(
    `JWT secret of the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const found = await runtimeOf(platform, context).variables('backend', [SECRET], context.signal);
      if (found.length === 0) return inconclusive(`no ${NOUN[platform].one} of the backend to ask`);
      const suggests = platform === 'docker' ? [] : ['rollout-restart'];
      const facts = found.map(({ replica, variables }) => ({ replica, fact: variables[SECRET] }));
      const missing = facts.filter(({ fact }) => !fact?.present || fact.length === 0);
      if (missing.length > 0)
        return problem(`${missing.map(({ replica }) => replica).join(', ')} has no ${SECRET}`, { suggests });
      const kinds = Map.groupBy(facts, ({ fact }) => fact?.fingerprint);
      if (kinds.size > 1) {
        const odd = [...kinds.values()].toSorted((a, b) => a.length - b.length)[0] ?? [];
        return problem(
          `not the same everywhere: ${odd.map(({ replica }) => replica).join(', ')} has another one`,
          {
            evidence: { 'different secrets': kinds.size, [NOUN[platform].many]: facts.length },
            suggests,
          },
        );
      }
      const length = facts[0]?.fact?.length ?? 0;
      return length < LEAST_SECRET
        ? problem(`only ${length} characters long: it can be guessed`, { severity: 'warning' })
        : healthy(
            `there, long enough, the same in ${count(facts.length, NOUN[platform].one, NOUN[platform].many)}`,
          );
    },
    { skip: noReplicas(platform, 'backend') },
  );
}

/** Redis, in which the sessions are: whether it answers, takes new ones, and keeps those that it has. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { type Fault, faultOf, messageOf } from '../parts/fault.ts';
import { evictsNothing, fullness, isNearlyFull, type RedisInfo, refusesWrites } from '../parts/redis.ts';
import { noRedis } from '../parts/target.ts';
import { bytes, count, percent, span } from '../parts/words.ts';

/** Nobody gets an answer; a wrong password of Paksa's own is nobody else's. */
const AWAY: readonly (Fault | undefined)[] = ['unreachable', 'refused', 'timed-out'];
/** It answers, and refuses: because it loads, runs a script, or has no connection left. Started anew it would load again. */
const REFUSES: Fault = 'refused';
/** Of the connections that it takes. */
const CROWDED = 0.9;

export const redis = check(
  'Redis answers and takes writes',
  async (context): Promise<Verdict> => {
    const { redis, signal } = context;
    try {
      // While it loads, it tells how far it is, and nothing else.
      const info = await redis.info(signal);
      return info.loading === undefined
        ? await judge(context, await redis.ping(signal), info)
        : problem(
            `it is loading its data from the disk (${percent(info.loading)}): nobody can log in until it has. Wait; started anew, it begins again`,
            { evidence: evidenceOf(info) },
          );
    } catch (error) {
      if (!AWAY.includes(faultOf(error))) throw error;
      return problem(`sessions cannot be read: ${messageOf(error)}`, {
        suggests: faultOf(error) === REFUSES ? [] : ['restart-redis', 'restart-redis-pods'],
      });
    }
  },
  { skip: noRedis },
);

async function judge(context: CheckContext, ms: number, info: RedisInfo): Promise<Verdict> {
  const evidence = evidenceOf(info);
  const suggests = ['clear-cache', 'flush-all'];
  if (info.role === 'slave')
    return problem(
      'it is a replica of another Redis, and takes no writes: nobody can log in. Point the backend’s address at the primary, or promote this one if the primary is lost',
      { evidence },
    );
  if (refusesWrites(info))
    return problem(`full (${percent(fullness(info))}), and set to refuse writes: nobody can log in`, {
      evidence,
      suggests,
    });
  if (info.persistenceFailed)
    return problem('its last save to disk failed: it may refuse writes, and a restart loses what is new', {
      evidence,
      severity: 'warning',
    });
  if (isNearlyFull(info) && evictsNothing(info))
    return problem(
      `nearly full (${percent(fullness(info))}), and set to refuse writes when it is: then nobody can log in`,
      { evidence, suggests, severity: 'warning' },
    );
  if (info.maxClients > 0 && info.connectedClients >= info.maxClients * CROWDED)
    return problem(
      `${info.connectedClients} of ${count(info.maxClients, 'connection')} are taken: at the last one the next client is turned away. CLIENT LIST says who holds them`,
      { evidence, severity: 'warning' },
    );
  const dropped = isNearlyFull(info) && info.evictedKeys > 0 ? await sessionsIn(context) : 0;
  return dropped > 0
    ? problem(
        `full (${percent(fullness(info))}), and makes room by dropping keys: among them may be any of ${count(dropped, 'session')}`,
        { evidence, suggests, severity: 'warning' },
      )
    : healthy(`answers in ${span(ms)}`, evidence);
}

const sessionsIn = async ({ redis, signal }: CheckContext): Promise<number> =>
  (await redis.keyspace(signal)).counts.find(({ kind }) => kind === 'session')?.keys ?? 0;

const evidenceOf = (info: RedisInfo): Evidence => ({
  version: info.version,
  memory: `${bytes(info.usedMemoryBytes)}${info.maxMemoryBytes > 0 ? ` of ${bytes(info.maxMemoryBytes)}` : ', no limit'}`,
  policy: info.evictionPolicy,
  'dropped for room': info.evictedKeys,
  clients: info.maxClients > 0 ? `${info.connectedClients} of ${info.maxClients}` : info.connectedClients,
});

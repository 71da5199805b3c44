/** Whether the kernel has killed replicas for their memory lately, and how often they end at all. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { faultOf } from './fault.ts';
import type { Replica } from './replicas.ts';
import { NOUN, type Platform, runtimeOf, SERVICES, type Service } from './services.ts';
import { any, noReplicas } from './target.ts';
import { bytes, count, short, span } from './words.ts';

/** A kill of yesterday is history; one of the last hour is likely to come again. */
const LATELY_MS = 60 * 60_000;
const SHOWN = 8;

export const oomCheck = (platform: Platform, suggests: readonly string[]) =>
  check(
    `Out-of-memory kills of ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const services = SERVICES.filter(
        (service) => noReplicas(platform, service)(context.target) === undefined,
      );
      const all = await Promise.all(
        services.map(async (service) => {
          const replicas = await runtimeOf(platform, context)
            .replicas(service, context.signal)
            .catch((error: unknown) => {
              // That a service is not there at all is another topic's finding.
              if (faultOf(error) === 'not-found') return [];
              throw error;
            });
          return replicas.map((replica) => ({ service, replica }));
        }),
      );
      const seen = all.flat();
      if (seen.length === 0) return inconclusive(`there are no ${NOUN[platform].many} to look at`);
      const killed = seen.filter(({ replica }) => wasKilled(replica, context.now));
      const evidence = {
        [NOUN[platform].many]: seen
          .slice(0, SHOWN)
          .map(({ replica }) => short(lineOf(replica, context.now), 120)),
      };
      return killed.length === 0
        ? healthy(
            `none of ${count(seen.length, NOUN[platform].one, NOUN[platform].many)} in the last hour`,
            evidence,
          )
        : problem(
            `${names(killed)} killed for ${killed.length === 1 ? 'its' : 'their'} memory in the last hour`,
            {
              evidence,
              suggests: killed.some(({ service }) => service === 'backend') ? suggests : [],
            },
          );
    },
    { skip: any(...SERVICES.map((service) => noReplicas(platform, service))) },
  );

const wasKilled = ({ lastExit }: Replica, now: Date): boolean =>
  lastExit?.oomKilled === true &&
  (lastExit.at === undefined || now.getTime() - lastExit.at.getTime() < LATELY_MS);

const names = (killed: readonly { readonly service: Service; readonly replica: Replica }[]): string =>
  `${killed.map(({ replica }) => replica.name).join(', ')} ${killed.length === 1 ? 'was' : 'were'}`;

function lineOf({ name, restarts, lastExit, limits }: Replica, now: Date): string {
  const when = lastExit?.at ? ` ${span(now.getTime() - lastExit.at.getTime())} ago` : '';
  const ended = lastExit
    ? `, last ended with ${lastExit.oomKilled ? 'an out-of-memory kill' : `code ${lastExit.code}`}${when}`
    : '';
  const limit = limits.memoryBytes === undefined ? 'no limit' : `limit ${bytes(limits.memoryBytes)}`;
  return `${name}: ${limit}, ${count(restarts, 'restart')}${ended}`;
}

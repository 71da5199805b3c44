/** Whether the kernel has killed replicas for their memory lately, and whether they stay up with more of it. */
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { askEach, noneOf } from './each-service.ts';
import type { Replica } from './replicas.ts';
import { NOUN, type Platform, runtimeOf, SERVICES } from './services.ts';
import { noReplicas } from './target.ts';
import { ago, bytes, count, short } from './words.ts';

/** A kill of yesterday is history; one of the last hour is likely to come again. */
const LATELY_MS = 60 * 60_000;
const SHOWN = 8;

export const oomCheck = (platform: Platform, suggests: readonly string[]) =>
  check(
    `Out-of-memory kills of ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const { one, many } = NOUN[platform];
      const seen = await askEach(platform, SERVICES, context.target, (service) =>
        runtimeOf(platform, context).replicas(service, context.signal),
      );
      if (seen.length === 0) return inconclusive(`there are no ${many} to look at`);
      const killed = seen.filter((replica) => wasKilled(replica, context.now));
      const first = [...killed, ...seen.filter((replica) => !killed.includes(replica))];
      const evidence = {
        [many]: first.slice(0, SHOWN).map((replica) => short(lineOf(replica, context.now), 120)),
      };
      if (killed.length === 0)
        return healthy(`none of ${count(seen.length, one, many)} in the last hour`, evidence);
      const names = killed.map(({ name }) => name).join(', ');
      return problem(
        `${short(names, 120)} ${killed.length === 1 ? 'was killed for its' : 'were killed for their'} memory in the last hour`,
        // The guide's fixes are the backend's.
        { evidence, suggests: killed.some(({ service }) => service === 'backend') ? suggests : [] },
      );
    },
    { skip: noneOf(platform, SERVICES) },
  );

const wasKilled = ({ lastExit }: Replica, now: Date): boolean =>
  lastExit?.oomKilled === true &&
  (lastExit.at === undefined || now.getTime() - lastExit.at.getTime() < LATELY_MS);

function lineOf({ name, restarts, lastExit, limits }: Replica, now: Date): string {
  const when = lastExit?.at ? ` ${ago(lastExit.at, now)}` : '';
  const ended = lastExit
    ? `, last ended with ${lastExit.oomKilled ? 'an out-of-memory kill' : `code ${lastExit.code}`}${when}`
    : '';
  const limit = limits.memoryBytes === undefined ? 'no limit' : `limit ${bytes(limits.memoryBytes)}`;
  return `${name}: ${limit}, ${count(restarts, 'restart')}${ended}`;
}

/** Who has too little memory is killed while it starts. */
const STAYS_MS = 5000;

/** What more memory has to bring about; that one was killed before is no news then. */
export const staysUpCheck = (platform: Platform) =>
  onlyNamed(
    check(
      `The backend’s ${NOUN[platform].many} stay up`,
      async (context): Promise<Verdict> => {
        const { one, many } = NOUN[platform];
        const replicas = await runtimeOf(platform, context).replicas('backend', context.signal);
        if (replicas.length === 0) return inconclusive(`there is no ${one} to look at`);
        const down = replicas.find((replica) => !staysUp(replica, context.now));
        return down
          ? problem(`not all of them: ${short(lineOf(down, context.now), 160)}`, { severity: 'warning' })
          : healthy(`${count(replicas.length, one, many)}, up for a while`);
      },
      { skip: noReplicas(platform, 'backend') },
    ),
  );

const staysUp = ({ state, startedAt }: Replica, now: Date): boolean =>
  state === 'running' && startedAt !== undefined && now.getTime() - startedAt.getTime() >= STAYS_MS;

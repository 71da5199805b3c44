/** Whether the kernel has killed replicas for their memory lately, and whether they stay up with more of it. */
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { namesOf } from './at-work.ts';
import { askEach, noneOf } from './each-service.ts';
import { asked } from './fault.ts';
import type { Replica } from './replicas.ts';
import { NOUN, type Platform, runtimeOf, SERVICES, type Service } from './services.ts';
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
      const [seen, inside] = await Promise.all([
        askEach(platform, SERVICES, context.target, (service) =>
          runtimeOf(platform, context).replicas(service, context.signal),
        ),
        killsInside(platform, context),
      ]);
      if (seen.length === 0) return inconclusive(`there are no ${many} to look at`);
      const killed = seen.filter((replica) => wasKilled(replica, context.now));
      const bled = seen.filter(({ name }) => (inside.get(name) ?? 0) > 0);
      const forgotten = seen.filter((replica) => isForgotten(replica, context.now));
      const first = [...new Set([...killed, ...bled, ...forgotten, ...seen])];
      const evidence = {
        [many]: first
          .slice(0, SHOWN)
          .map((replica) => short(lineOf(replica, inside.get(replica.name) ?? 0, context.now), 140)),
      };
      // The guide's fixes are the backend's.
      const fixesFor = (troubled: readonly Of[]) =>
        troubled.some(({ service }) => service === 'backend') ? suggests : [];
      if (killed.length > 0)
        return problem(
          `${short(namesOf(killed), 120)} ${killed.length === 1 ? 'was killed for its' : 'were killed for their'} memory in the last hour`,
          { evidence, suggests: fixesFor(killed) },
        );
      const [living] = bled;
      if (living)
        return problem(
          `${living.name}: ${killsOf(inside.get(living.name) ?? 0)} since it began${living.startedAt ? `, ${ago(living.startedAt, context.now)}` : ''}; the rest of it goes on`,
          { evidence, severity: 'warning', suggests: fixesFor(bled) },
        );
      return forgotten.length > 0
        ? inconclusive(
            `${short(namesOf(forgotten), 120)} began anew in the last hour, and why is forgotten: it may have been the memory`,
            evidence,
          )
        : healthy(`none of ${count(seen.length, one, many)} in the last hour`, evidence);
    },
    { skip: noneOf(platform, SERVICES), timeoutSeconds: 20 },
  );

type Of = Replica & { readonly service: Service };

/** Of those in which the first process lives on, such as gunicorn without one of its workers. Who cannot be asked is not counted. */
async function killsInside(platform: Platform, context: CheckContext): Promise<ReadonlyMap<string, number>> {
  const told = await asked(
    askEach(platform, SERVICES, context.target, (service) =>
      runtimeOf(platform, context).oomKills(service, context.signal),
    ),
  );
  return new Map(told.answered ? told.answer.map(({ replica, kills = 0 }) => [replica, kills]) : []);
}

const killsOf = (kills: number): string =>
  kills === 1
    ? 'one of its processes was killed for its memory'
    : `${kills} of its processes were killed for their memory`;

const isLately = (at: Date | undefined, now: Date): boolean =>
  at === undefined || now.getTime() - at.getTime() < LATELY_MS;

const wasKilled = ({ lastExit }: Replica, now: Date): boolean =>
  lastExit?.oomKilled === true && isLately(lastExit.at, now);

const isForgotten = ({ lastExit }: Replica, now: Date): boolean =>
  lastExit !== undefined && lastExit.code === undefined && isLately(lastExit.at, now);

function lineOf({ name, restarts, lastExit, limits }: Replica, kills: number, now: Date): string {
  const limit = limits.memoryBytes === undefined ? 'no limit' : `limit ${bytes(limits.memoryBytes)}`;
  const inside = kills > 0 ? `, ${count(kills, 'kill')} inside` : '';
  return `${name}: ${limit}, ${count(restarts, 'restart')}${inside}${endOf(lastExit, now)}`;
}

function endOf(lastExit: Replica['lastExit'], now: Date): string {
  if (!lastExit) return '';
  const { code, oomKilled, at } = lastExit;
  const how = oomKilled ? 'with an out-of-memory kill' : code === undefined ? '' : `with code ${code}`;
  return `, last ended${how && ` ${how}`}${at ? ` ${ago(at, now)}` : ''}${code === undefined ? ', how is forgotten' : ''}`;
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
          ? problem(`not all of them: ${short(lineOf(down, 0, context.now), 160)}`, { severity: 'warning' })
          : healthy(`${count(replicas.length, one, many)}, up for a while`);
      },
      { skip: noReplicas(platform, 'backend') },
    ),
  );

const staysUp = ({ state, startedAt }: Replica, now: Date): boolean =>
  state === 'running' && startedAt !== undefined && now.getTime() - startedAt.getTime() >= STAYS_MS;

/**
 * The guide's `docker-compose exec backend ping postgres`, on the port: from inside each replica to where its own DATABASE_URL
 * points. Of several servers one is enough; a socket is no matter of the network.
 */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { placeOf } from '../parts/database.ts';
import { asked } from '../parts/fault.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import { addressesIn, placesOf } from './address.ts';

export const fromBackendCheck = (platform: Platform) =>
  check(
    `Database from inside the ${NOUN[platform].many} of backend`,
    async (context) => {
      const { one, many } = NOUN[platform];
      const named = await pointedTo(platform, context);
      if (named.length === 0)
        return inconclusive('no replica of backend says in its DATABASE_URL where the database is');
      const places = named.filter(({ host }) => !host.startsWith('/'));
      if (places.length === 0)
        return inconclusive(
          `DATABASE_URL names a socket, ${named[0]?.host}: there is no way over the network to look at`,
        );
      const reached = await Promise.all(
        places.map(async ({ host, port, replicas }) => {
          const seen = await runtimeOf(platform, context).reach('backend', host, port, context.signal);
          return seen
            .filter(({ replica }) => replicas.has(replica))
            .map((each) => ({ ...each, place: placeOf({ host, port }) }));
        }),
      );
      const all = reached.flat();
      if (all.length === 0) return inconclusive(`no ${one} of backend runs to be asked from inside`);
      const evidence = {
        from: all.slice(0, 8).map((each) => short(`${each.replica} to ${each.place}: ${each.detail}`, 120)),
      };
      const replicas = new Set(all.map(({ replica }) => replica));
      const well = new Set(all.filter((each) => each.reached).map(({ replica }) => replica));
      const first = all.find(({ replica }) => !well.has(replica));
      if (!first) return healthy(`reached from inside ${count(replicas.size, one, many)}`, evidence);
      const cut = replicas.size - well.size;
      const from = well.size > 0 ? `${cut} of ${count(replicas.size, one, many)}` : `any ${one}`;
      const what = `${first.place} is not reached from ${from}: ${first.detail}`;
      return (await isReachable(context)) ? problem(what, { evidence }) : inconclusive(what, evidence);
    },
    { skip: noReplicas(platform, 'backend'), timeoutSeconds: 20 },
  );

interface Pointed {
  readonly host: string;
  readonly port: number;
  /** Whose address says so. */
  readonly replicas: Set<string>;
}

async function pointedTo(platform: Platform, context: CheckContext): Promise<readonly Pointed[]> {
  const places = new Map<string, Pointed>();
  for (const { replica, facts } of await addressesIn(platform, context)) {
    if (!facts?.address) continue;
    for (const { host, port } of placesOf(facts.address)) {
      const place = places.get(placeOf({ host, port })) ?? { host, port, replicas: new Set() };
      place.replicas.add(replica);
      places.set(placeOf({ host, port }), place);
    }
  }
  return [...places.values()];
}

/** A database that Paksa does not reach either is the port's problem, told there: only the way from the backend is told here. */
async function isReachable({ target, network, signal }: CheckContext): Promise<boolean> {
  if (!target.postgres || target.postgres.host.startsWith('/')) return true;
  return (await asked(network.connect(target.postgres.host, target.postgres.port, signal))).answered;
}

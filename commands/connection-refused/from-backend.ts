/** The guide's `docker-compose exec backend ping postgres`, on the port: from inside each replica to where its own DATABASE_URL points. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { placeOf } from '../parts/database.ts';
import { asked } from '../parts/fault.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';
import { addressesIn } from './address.ts';

export const fromBackendCheck = (platform: Platform) =>
  check(
    `Database from inside the ${NOUN[platform].many} of backend`,
    async (context) => {
      const { one, many } = NOUN[platform];
      const places = await pointedTo(platform, context);
      if (places.length === 0)
        return inconclusive('no replica of backend says in its DATABASE_URL where the database is');
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
      const cut = all.filter((each) => !each.reached);
      const [first] = cut;
      if (!first) return healthy(`reached from inside ${count(all.length, one, many)}`, evidence);
      const from =
        cut.length < all.length ? `${cut.length} of ${count(all.length, one, many)}` : `any ${one}`;
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
    const { host, port } = facts.address;
    const place = places.get(placeOf({ host, port })) ?? { host, port, replicas: new Set() };
    place.replicas.add(replica);
    places.set(placeOf({ host, port }), place);
  }
  return [...places.values()];
}

/** A database that Paksa does not reach either is the port's problem, told there: only the way from the backend is told here. */
async function isReachable({ target, network, signal }: CheckContext): Promise<boolean> {
  if (!target.postgres || target.postgres.host.startsWith('/')) return true;
  return (await asked(network.connect(target.postgres.host, target.postgres.port, signal))).answered;
}

/** The guide's “review access logs”: the load balancer's, which has the addresses, or else the backend's own. */
import { check } from '../../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../../src/runbook/finding.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { NOUN, type Platform, runtimeOf, type Service } from '../../parts/services.ts';
import { any, noReplicas } from '../../parts/target.ts';
import { count, short } from '../../parts/words.ts';
import { type Access, accessOf, type Client } from './access.ts';

/** What people read through; and as many lines of each replica as the runtimes keep. */
const REQUEST = { sinceSeconds: 60 * 60, maxLines: 20_000 };
/** Refused within a minute: a person mistypes a password a few times, a program tries them all. */
const BURST = 20;
/** The same from everywhere, spread so thin that no address stands out. */
const SPREAD = 60;
/** Different paths that are not there: an old link makes a few, a scanner hundreds. */
const DOORS = 20;
/** Refused that often and then let in, somebody may have found the password. */
const GUESSES = 10;
const SHOWN = 8;

const isGuessed = ({ letIn }: Client): boolean => letIn !== undefined && letIn.after >= GUESSES;
const isUnusual = (client: Client): boolean =>
  isGuessed(client) || client.burst >= BURST || client.doors >= DOORS;

/** Such an address is a proxy's rather than a person's. */
const PRIVATE =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe80:)/;

export const accessReview = (platform: Platform, suggests: readonly string[]) =>
  check(
    `Access log of the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const read = await accessTold(platform, context);
      if (!read) return inconclusive('no request in the log of the last hour: it may be written elsewhere');
      const { access, of, truncated } = read;
      const { requests, clients, worstMinute } = access;
      const unusual = clients.filter(isUnusual).sort((a, b) => Number(isGuessed(b)) - Number(isGuessed(a)));
      const evidence = {
        log: `${of}${truncated ? ', its newest lines' : ''}`,
        refusals: clients
          .filter((client) => client.refused > 0 || isUnusual(client))
          .slice(0, SHOWN)
          .map(lineOf),
      };
      if (unusual.length > 0)
        return problem(
          `${unusual.slice(0, 3).map(wrongWith).join('; ')}${unusual.length > 3 ? ` and ${unusual.length - 3} more` : ''}`,
          { evidence, suggests, severity: unusual.some(isGuessed) ? 'critical' : 'warning' },
        );
      if (worstMinute.refused >= SPREAD)
        return problem(
          `${worstMinute.refused} requests refused within a minute, from ${count(worstMinute.addresses, 'address', 'addresses')}`,
          { evidence, suggests, severity: 'warning' },
        );
      return healthy(
        `${count(requests, 'request')} from ${count(clients.length, 'address', 'addresses')}, none of them unusual`,
        evidence,
      );
    },
    { skip: any(noReplicas(platform, 'nginx'), noReplicas(platform, 'backend')), timeoutSeconds: 30 },
  );

/** Of the first of the two logs that tells of any request. */
async function accessTold(
  platform: Platform,
  context: CheckContext,
): Promise<{ access: Access; of: Service; truncated: boolean } | undefined> {
  for (const service of ['nginx', 'backend'] as const) {
    const of = service;
    if (noReplicas(platform, of)(context.target) !== undefined) continue;
    const { lines, truncated } = await runtimeOf(platform, context).logs(of, REQUEST, context.signal);
    const access = accessOf(lines);
    if (access.requests > 0) return { access, of, truncated };
  }
  return undefined;
}

function wrongWith({ address, letIn, burst, refusedAt = '', doors }: Client): string {
  const who = PRIVATE.test(address) ? `${address} (private: perhaps a proxy)` : address;
  if (letIn && letIn.after >= GUESSES)
    return `${who} was let in at ${short(letIn.path, 40)} after ${letIn.after} refusals`;
  return burst >= BURST
    ? `${who} was refused ${burst} times within a minute, mostly at ${short(refusedAt, 40)}`
    : `${who} tried ${doors} paths that are not there`;
}

const lineOf = ({ address, requests, refused, refusedAt, doors }: Client): string =>
  short(
    `${address}: ${count(requests, 'request')}, ${refused} refused${refusedAt === undefined ? '' : ` (${short(refusedAt, 30)})`}, ${doors} paths not there`,
    120,
  );

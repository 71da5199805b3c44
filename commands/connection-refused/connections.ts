/** How many of the server's connections are taken, and by whom. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import type { Connections } from '../parts/database.ts';
import { faultOf } from '../parts/fault.ts';
import { noDatabase } from '../parts/target.ts';
import { percent, short } from '../parts/words.ts';
import { RESTARTS } from './network.ts';

/** Of what applications may use: `max_connections` less what is kept back for superusers. */
const MANY = 0.8;
/** A handful is left on a small server, which one restart of the backend takes. */
const NEARLY_ALL = 0.95;

export const connections = check(
  'Connections of the database',
  async (context) => {
    try {
      return judge(await context.postgres.connections(context.signal));
    } catch (error) {
      if (faultOf(error) === 'refused' && (await isFull(context)))
        return problem('every connection is taken, so that nobody can be asked by whom', {
          suggests: [...RESTARTS, 'free-connections'],
        });
      throw error;
    }
  },
  { skip: noDatabase, timeoutSeconds: 20 },
);

/** By the server's own word for it, `too_many_connections`. */
async function isFull({ postgres, signal }: CheckContext): Promise<boolean> {
  const login = await postgres.login(signal);
  return !login.ok && login.code === '53300';
}

function judge(seen: Connections): Verdict {
  const { max, reserved, used, active, idle, idleInTransaction, hidden, byClient } = seen;
  const usable = max - reserved;
  const share = usable > 0 ? used / usable : 1;
  const evidence = {
    used: `${used} of ${usable}`,
    active,
    idle,
    'idle in transaction': idleInTransaction,
    ...(hidden > 0 ? { 'not shown': `${hidden}: Paksa’s role is not in pg_monitor` } : {}),
    greediest: byClient
      .slice(0, 8)
      .map(({ client, connections: taken }) => short(`${taken} by ${client}`, 120)),
  };
  // A superuser takes those that are kept back, once the others are gone.
  const figures =
    used > usable
      ? `all ${usable} connections are taken, and ${used - usable} of the ${reserved} kept for superusers`
      : `${used} of ${usable} connections are taken (${percent(share)})`;
  if (share < MANY) return healthy(figures, evidence);

  const [greediest] = byClient;
  const idlers = idleInTransaction > 0 ? `, ${idleInTransaction} of them idle in a transaction` : '';
  const most = greediest ? `; most by ${greediest.client}: ${greediest.connections}` : '';
  const isCritical = share >= NEARLY_ALL;
  return problem(`${figures}${idlers}${most}`, {
    evidence,
    severity: isCritical ? 'critical' : 'warning',
    suggests: [...(idleInTransaction > 0 ? ['free-connections'] : []), ...(isCritical ? RESTARTS : [])],
  });
}

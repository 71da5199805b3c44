/** How many of the server's connections are taken, and by whom. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { type Connections, databaseOf, LONG_SECONDS } from '../parts/database.ts';
import { longIdleTransactions } from '../parts/end-sessions.ts';
import { asked, faultOf } from '../parts/fault.ts';
import { noDatabase } from '../parts/target.ts';
import { percent, short } from '../parts/words.ts';
import { FULL, fullOf } from './full.ts';
import { RESTARTS } from './network.ts';

/** Of what applications may use: `max_connections` less what is kept back for superusers. */
const MANY = 0.8;
/** A handful is left on a small server, which one restart of the backend takes. */
const NEARLY_ALL = 0.95;

export const connections = check(
  'Connections of the database',
  async (context) => {
    try {
      const seen = await context.postgres.connections(context.signal);
      return judge(seen, seen.idleInTransaction > 0 ? await forgotten(context) : 0);
    } catch (error) {
      const full = faultOf(error) === 'refused' ? await fullFor(context) : undefined;
      if (full)
        return problem(`${full.means}, so that nobody can be asked by whom: ${full.next}`, {
          suggests: RESTARTS,
        });
      throw error;
    }
  },
  { skip: noDatabase, timeoutSeconds: 20 },
);

/** How many sessions the fix would end; none, where nobody may see which. */
async function forgotten({ postgres, signal }: CheckContext): Promise<number> {
  const sessions = await asked(postgres.sessions(signal));
  return sessions.answered ? longIdleTransactions(sessions.answer).length : 0;
}

async function fullFor(context: CheckContext) {
  const login = await context.postgres.login(context.signal);
  return !login.ok && login.code === FULL ? fullOf(databaseOf(context), login.message) : undefined;
}

function judge(seen: Connections, long: number): Verdict {
  const { max, reserved, used, own, active, idle, idleInTransaction, hidden, byClient } = seen;
  const usable = max - reserved;
  const share = usable > 0 ? used / usable : 1;
  const evidence = {
    used: `${used} of ${usable}`,
    active,
    idle,
    'idle in transaction': idleInTransaction,
    'Paksa’s own': own,
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
  const longOnes = long > 0 ? `, ${long} for more than ${LONG_SECONDS / 60} min` : '';
  const idlers =
    idleInTransaction > 0 ? `, ${idleInTransaction} of them idle in a transaction${longOnes}` : '';
  const most = greediest ? `; most by ${greediest.client}: ${greediest.connections}` : '';
  const isCritical = share >= NEARLY_ALL;
  return problem(`${figures}${idlers}${most}`, {
    evidence,
    severity: isCritical ? 'critical' : 'warning',
    suggests: [...(long > 0 ? ['free-connections'] : []), ...(isCritical ? RESTARTS : [])],
  });
}

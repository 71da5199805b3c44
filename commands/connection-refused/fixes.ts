/** What the topic `connection-refused` can do: the guide's restart, by compose and in the cluster, and room for new connections. */
import type { Preview } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { endIdleTransactions } from '../parts/end-sessions.ts';
import { asked } from '../parts/fault.ts';
import { restartFix } from '../parts/restart.ts';
import { count } from '../parts/words.ts';

/** Who would be cut off, as far as a database that may be down can say. */
async function cutOff(context: CheckContext): Promise<Pick<Preview, 'changes' | 'notes'>> {
  if (!context.target.postgres) return { changes: [], notes: [] };
  const connections = await asked(context.postgres.connections(context.signal));
  if (!connections.answered)
    return {
      changes: [],
      notes: ['The database does not say whose sessions would be cut: it cannot be asked.'],
    };
  const { used, active, idleInTransaction } = connections.answer;
  const working = active + idleInTransaction;
  return {
    changes: [{ what: 'Sessions', before: `${used}, ${active} of them active`, after: 'all of them cut' }],
    notes:
      working > 0 ? [`${count(working, 'open transaction is', 'open transactions are')} rolled back.`] : [],
  };
}

export const fixes = {
  'restart-container': restartFix('docker', 'postgres', ['containers', 'tcp', 'login', 'query'], {
    more: cutOff,
  }),
  'restart-statefulset': restartFix('kubernetes', 'postgres', ['pods', 'tcp', 'login', 'query'], {
    more: cutOff,
  }),
  'free-connections': endIdleTransactions('End transactions that do nothing', {
    verifiedBy: ['connections', 'login'],
    more: async (sessions, { postgres, signal }) => {
      const { used, max, reserved } = await postgres.connections(signal);
      const usable = max - reserved;
      return [
        {
          what: 'Connections taken',
          before: `${used} of ${usable}`,
          after: `${used - sessions.length} of ${usable}`,
        },
      ];
    },
  }),
};

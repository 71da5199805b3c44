/** Who is in: the database's sessions and roles, and people's sessions in Redis; and how they are put out. */
import { check } from '../../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { fix, irreversible } from '../../../src/runbook/fix.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { databaseOf } from '../../parts/database.ts';
import { runningContainers } from '../../parts/stop-containers.ts';
import { runningPods } from '../../parts/stop-pods.ts';
import { noContainer, noDatabase, noRedis, noWorkload } from '../../parts/target.ts';
import { count, short } from '../../parts/words.ts';

const SHOWN = 8;

type ByClient = Awaited<ReturnType<CheckContext['postgres']['connections']>>['byClient'];

const others = (clients: ByClient): ByClient => clients.filter(({ own }) => !own);
const ours = (clients: ByClient): ByClient => clients.filter(({ own }) => own);

const lines = (clients: ByClient): string[] =>
  clients.map(({ client, connections }) => short(`${connections} × ${client}`, 120));

const databaseSessions = check(
  'Sessions of the database',
  async ({ postgres, signal }): Promise<Verdict> => {
    const { used, byClient, hidden } = await postgres.connections(signal);
    const clients = lines(others(byClient));
    const evidence = { clients: clients.slice(0, SHOWN) };
    if (hidden > 0)
      return inconclusive(
        `${hidden} of ${count(used, 'session')} are hidden from Paksa’s role: GRANT pg_monitor to it`,
        evidence,
      );
    return healthy(
      clients.length === 0
        ? 'nobody is connected but Paksa'
        : `look whether you know each: ${short(clients.slice(0, 4).join('; '), 200)}`,
      evidence,
    );
  },
  { skip: noDatabase },
);

const databaseRoles = check(
  'Roles that can log in to the database',
  async ({ postgres, signal }): Promise<Verdict> => {
    const roles = (await postgres.loginRoles(signal)).toSorted(
      (a, b) => Number(b.superuser) - Number(a.superuser) || b.sessions - a.sessions,
    );
    const named = roles.map(({ name, superuser }) => `${name}${superuser ? ' (superuser)' : ''}`);
    return healthy(`look whether you know each: ${short(named.join(', '), 200)}`, {
      roles: roles.slice(0, SHOWN).map(({ sessions }, at) => `${named[at]}: ${count(sessions, 'session')}`),
    });
  },
  { skip: noDatabase },
);

const sessionsIn = async ({ redis, signal }: CheckContext) => {
  const { counts, sampled } = await redis.keyspace(signal);
  return { sessions: counts.find(({ kind }) => kind === 'session')?.keys ?? 0, sampled };
};

/** While the backend serves, people log in again as soon as they are put out. */
const logins = check(
  'Sessions that people are logged in by',
  async (context): Promise<Verdict> => {
    const { sessions } = await sessionsIn(context);
    if (sessions === 0) return healthy('nobody is logged in');
    return (await isShut(context))
      ? problem(`${count(sessions, 'session')} from before, though nobody can log in now`, {
          severity: 'warning',
          suggests: ['drop-sessions'],
        })
      : healthy(count(sessions, 'session'));
  },
  { skip: noRedis },
);

/** Nobody can be served, wherever the backend runs. */
async function isShut(context: CheckContext): Promise<boolean> {
  const { kubernetes, target, signal } = context;
  const inCluster = noWorkload('backend')(target) === undefined;
  const inContainers = noContainer('backend')(target) === undefined;
  if (!inCluster && !inContainers) return false;
  if (inContainers && (await runningContainers(context)).length > 0) return false;
  return (
    !inCluster || (await runningPods(context)).running.length === 0 || (await kubernetes.isIsolated(signal))
  );
}

export const checks = { sessions: databaseSessions, roles: databaseRoles, logins };

export const fixes = {
  'cut-sessions': fix('End every session of the database', {
    risk: 'high',
    touches: ['sessions'],
    unavailable: noDatabase,
    preview: async (context) => {
      const { database } = databaseOf(context);
      const { used, byClient } = await context.postgres.connections(context.signal);
      const [clients, own] = [lines(others(byClient)), lines(ours(byClient))];
      return {
        summary: `End the sessions of ${database}, all but Paksa’s own`,
        changes: [{ what: 'Sessions', before: `${used} on the server`, after: `those of ${database} ended` }],
        notes: [
          ...(clients.length > 0 ? [`Now: ${clients.slice(0, 5).join('; ')}.`] : []),
          // Somebody who reads the name of Paksa's sessions can take it: the addresses tell.
          ...(own.length > 0
            ? [
                `Not ended: ${own.slice(0, 3).join('; ')}. Is each of these the address of a replica of Paksa?`,
              ]
            : []),
          'What they have not committed is rolled back.',
          'Whoever has a password can come back: change those too, and end the sessions once more.',
        ],
        extent: { sessions: used },
        boundTo: `sessions of ${database}`,
      };
    },
    run: async ({ postgres, signal }) => {
      const ended = await postgres.terminateAll(signal);
      const back = lines(others((await postgres.connections(signal)).byClient));
      return `${count(ended, 'session')} ended${back.length > 0 ? `; connected now: ${back.slice(0, 3).join('; ')}` : ''}`;
    },
    undo: irreversible('a session that has ended cannot be brought back'),
    verifiedBy: ['sessions'],
    // At its end all had ended; who is there since has come back. Cut off, it is done only where nobody is there.
    hasActed: async ({ postgres, signal }, { finished }) =>
      finished || others((await postgres.connections(signal)).byClient).length === 0,
  }),
  'drop-sessions': fix('Have everybody log in again', {
    risk: 'medium',
    touches: ['redis'],
    unavailable: noRedis,
    preview: async (context) => {
      const { host, port, database } = context.target.redis ?? {};
      const { sessions, sampled } = await sessionsIn(context);
      return {
        summary: `Remove ${count(sessions, 'session')} from Redis`,
        changes: [{ what: 'Sessions', before: sessions.toLocaleString('en-US'), after: 'none' }],
        notes: [
          'Cache and queues stay.',
          'A token that names no session stays good until it ends, or the secret of the tokens is changed.',
          ...(sampled ? ['There are too many keys to count them all: the figure is an estimate.'] : []),
        ],
        extent: { keys: sessions },
        boundTo: `sessions of ${host}:${port}/${database}`,
      };
    },
    run: async ({ redis, signal }) => `${count(await redis.dropSessions(signal), 'session')} removed`,
    undo: irreversible('a session that has ended cannot be brought back'),
    verifiedBy: ['logins'],
    hasActed: async (context, { finished }) => finished || (await sessionsIn(context)).sessions === 0,
  }),
};

/**
 * Guide: Database Issues › Connection Refused.
 *
 * The guide's `echo $DATABASE_URL` shows the variable of whoever types it; here it is read where it counts, in the backend's
 * own replicas, and never shown whole. Its `kubectl get pods -l app=postgres` trusts a label; the workload's own pods are
 * asked for. Its `ping postgres` proves that a name resolves and a machine answers ICMP, which says nothing about port 5432,
 * so `from-backend-…` opens that port from inside the backend; and its `docker-compose logs postgres`, which it lists as a
 * solution, only looks: `log-…` does. Its alert DatabaseConnectionHigh, `pg_stat_database_numbackends > 80`, is left out:
 * `connections` asks the server itself, counts every database, and holds it against what that server admits.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './connection-refused/checks.ts';
import { fixes } from './connection-refused/fixes.ts';

export const connectionRefused = defineRunbook({
  topic: 'connection-refused',
  title: 'Connection refused by the database',
  symptoms: ['Connection refused', 'could not connect to server'],
  checks,
  fixes,
  advice: [
    {
      text: 'Connections that run out again and again want a pool in front of PostgreSQL, not a higher max_connections.',
      link: 'https://www.pgbouncer.org/features.html',
    },
    {
      text: 'A PostgreSQL whose disk is full stops: free space outside its data directory, and never delete from pg_wal.',
      link: 'https://www.postgresql.org/docs/current/disk-full.html',
    },
  ],
  explains: ['slow-queries', 'slow-api', 'auth-failures', 'load-balancer', 'data-corruption', 'migrations'],
});

/**
 * Guide: Database Issues › Slow Queries.
 *
 * The guide's `mean_time` is `mean_exec_time` since PostgreSQL 13, and the mean alone puts one statement of last month first:
 * only what has run several times and takes a share of the time counts here. Its `pg_terminate_backend` ends whoever has been
 * active for five minutes, backups, index builds and who merely waits for a lock among them; here those are let be, and who
 * holds the lock is ended instead. Its `CREATE INDEX` and `ANALYZE` name one table; what is missing and what is out of
 * date is looked up.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './slow-queries/checks.ts';
import { fixes } from './slow-queries/fixes.ts';

export const slowQueries = defineRunbook({
  topic: 'slow-queries',
  title: 'Slow queries',
  symptoms: ['high response times', 'database timeouts'],
  checks,
  fixes,
  advice: [
    {
      text: 'Dead rows and bloat: VACUUM the table, and make autovacuum come to it sooner.',
      link: 'https://www.postgresql.org/docs/current/routine-vacuuming.html',
    },
    {
      text: 'A slow statement without a missing index: read its EXPLAIN (ANALYZE, BUFFERS).',
      link: 'https://www.postgresql.org/docs/current/using-explain.html',
    },
    {
      text: 'Have the database end what nobody waits for: statement_timeout, idle_in_transaction_session_timeout.',
      link: 'https://www.postgresql.org/docs/current/runtime-config-client.html',
    },
  ],
  explains: ['slow-api', 'high-cpu'],
});

/** Sessions of a database, as the topics that look at them are shown. */
import type { Session } from '../../src/adapters/postgres/port.ts';
import { minutesAgo } from './topic.ts';

/** At work for that many minutes, in a transaction as old. */
export const session = (pid: number, minutes: number, of: Partial<Session> = {}): Session => ({
  pid,
  backendStart: minutesAgo(100 + pid),
  queryStart: minutesAgo(minutes),
  transactionStart: minutesAgo(minutes),
  state: 'active',
  user: 'paksa',
  database: 'paksa_db',
  application: 'paksa-backend',
  kind: 'client backend',
  blockedBy: [],
  query: 'SELECT total_amount FROM invoices WHERE id = $1',
  seconds: minutes * 60,
  own: false,
  elsewhere: false,
  ...of,
});

/** In a transaction for that many minutes, doing nothing. */
export const idle = (pid: number, minutes: number, of: Partial<Session> = {}): Session =>
  session(pid, minutes, { state: 'idle in transaction', ...of });

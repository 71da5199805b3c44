/** Logging in as the application would: a connection of its own, one question, and away. A refusal is an answer here. */
import type { Address } from './address.ts';
import { connectOnce } from './connection.ts';
import { codeOf, translate } from './errors.ts';
import type { Login } from './port.ts';
import { withQuery } from './query.ts';

const DEADLINE_MS = 10_000;

export async function attemptLogin({ where, ...address }: Address, given: AbortSignal): Promise<Login> {
  const signal = AbortSignal.any([given, AbortSignal.timeout(DEADLINE_MS)]);
  const began = performance.now();
  try {
    const lease = await connectOnce({ where, ...address }, signal);
    try {
      const [row] = await withQuery(lease.client, signal, (query) =>
        query<{ version: string; user: string }>(
          `SELECT pg_catalog.current_setting('server_version') AS version, session_user AS "user"`,
        ),
      );
      const { version = '', user = where.user } = row ?? {};
      return { ok: true, ms: Math.round(performance.now() - began), version, user };
    } finally {
      lease.release(true);
    }
  } catch (error) {
    const { message } = translate(error, { operation: 'log in', where, signal, changes: false });
    return { ok: false, code: signal.aborted ? 'ETIMEDOUT' : codeOf(error), message };
  }
}

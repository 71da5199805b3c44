/** Logging in as the application would: a connection of its own, one question, and away. A refusal is an answer here. */
import type pg from 'pg';
import type { Address } from './address.ts';
import { connectOnce } from './connection.ts';
import { codeOf, translate } from './errors.ts';
import type { Login } from './port.ts';
import { withQuery } from './query.ts';

const DEADLINE_MS = 10_000;

/** What the driver emits when the server wants the password; without any of it, whatever is given is let in. */
const QUESTIONS = ['authenticationSASL', 'authenticationMD5Password', 'authenticationCleartextPassword'];

export async function attemptLogin(
  { where, ...address }: Address,
  given: AbortSignal,
): Promise<Login & { readonly wasAsked: boolean }> {
  const signal = AbortSignal.any([given, AbortSignal.timeout(DEADLINE_MS)]);
  const began = performance.now();
  let wasAsked = false;
  const watch = ({ connection }: pg.Client) => {
    for (const question of QUESTIONS)
      connection.once(question, () => {
        wasAsked = true;
      });
  };
  try {
    const lease = await connectOnce({ where, ...address }, signal, watch);
    try {
      const [row] = await withQuery(lease.client, signal, (query) =>
        query<{ version: string; user: string }>(
          `SELECT pg_catalog.current_setting('server_version') AS version, session_user AS "user"`,
        ),
      );
      const { version = '', user = where.user } = row ?? {};
      return { ok: true, ms: Math.round(performance.now() - began), version, user, wasAsked };
    } finally {
      lease.release(true);
    }
  } catch (error) {
    const { message } = translate(error, { operation: 'log in', where, signal, changes: false });
    return { ok: false, code: signal.aborted ? 'ETIMEDOUT' : codeOf(error), message, wasAsked };
  }
}

/**
 * The messages that people see. A session lock holds one while it is posted: it goes with the process, while the row,
 * committed step by step, says how far it had come.
 */
import type pg from 'pg';
import type { HeldMessage, Messages } from '../engine/ports.ts';
import { type Asked, holding } from './session-lock.ts';

interface Row {
  id: string;
  state: HeldMessage['state'];
  channel: string;
  ts: string | null;
  content: string | null;
}

const COLUMNS = 'id, state, channel, ts, content';

export const createMessages = (pool: pg.Pool): Messages => ({
  reserve: (key, channel) => reserve(pool, key, channel),
  hold: (key, work) =>
    holding(pool, async (on, take) => {
      const found = await on.query<{ id: string }>('SELECT id FROM paksa.message WHERE key = $1', [key]);
      const id = found.rows[0]?.id;
      if (id === undefined) return undefined;
      await take([id]);
      // While we waited, it may have been handed over to another subject, whose view must not be drawn over.
      const { rows } = await on.query<Row>(
        `SELECT ${COLUMNS} FROM paksa.message WHERE id = $1 AND key = $2`,
        [id, key],
      );
      const [row] = rows;
      return row && work(held(on, row));
    }),
  begun: async (prefix) => {
    const { rows } = await pool.query<{ key: string; state: HeldMessage['state'] }>(
      'SELECT key, state FROM paksa.message WHERE starts_with(key, $1) ORDER BY id',
      [prefix],
    );
    return new Map(rows.map(({ key, state }) => [key, state]));
  },
  find: async (key) => {
    const { rows } = await pool.query<{ channel: string; ts: string }>(
      'SELECT channel, ts FROM paksa.message WHERE key = $1 AND ts IS NOT NULL',
      [key],
    );
    return rows[0];
  },
  at: async (channel, ts) => {
    const { rows } = await pool.query<{ key: string }>(
      'SELECT key FROM paksa.message WHERE channel = $1 AND ts = $2',
      [channel, ts],
    );
    return rows[0]?.key;
  },
});

/** Within a transaction too: the message is owed as soon as that commits. */
export async function reserve(on: Asked, key: string, channel: string): Promise<void> {
  await on.query(
    `INSERT INTO paksa.message (key, state, channel, changed_at) VALUES ($1, 'owed', $2, paksa.now())
     ON CONFLICT (key) DO NOTHING`,
    [key, channel],
  );
}

function held(on: Asked, { id, state, channel, ts, content }: Row): HeldMessage {
  const mark = async (next: Row['state'], newTs?: string, newContent?: string): Promise<void> => {
    await on.query(
      `UPDATE paksa.message SET state = $2, ts = coalesce($3, ts), content = coalesce($4, content),
         changed_at = paksa.now() WHERE id = $1`,
      [id, next, newTs ?? null, newContent ?? null],
    );
  };
  return {
    id,
    state,
    channel,
    ...(ts === null ? {} : { ts }),
    ...(content === null ? {} : { content }),
    markSending: () => mark('sending'),
    markSent: (sentTs, sentContent) => mark('sent', sentTs, sentContent),
    markFailed: () => mark('failed'),
  };
}

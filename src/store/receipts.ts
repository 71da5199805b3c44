/** What was received from Slack and not yet worked on. Kept with the task that works on it, in one commit. */
import type pg from 'pg';
import type { Enqueue, Receipt, Receipts } from '../engine/ports.ts';
import { jsonb } from './jsonb.ts';
import { inTransaction } from './pool.ts';

export const createReceipts = (pool: pg.Pool, enqueue: Enqueue): Receipts => ({
  keep: ({ id, kind, body }) =>
    inTransaction(pool, async (client) => {
      const { rowCount } = await client.query(
        `INSERT INTO paksa.receipt (id, kind, body, received_at) VALUES ($1, $2, $3, paksa.now())
         ON CONFLICT (id) DO NOTHING`,
        [id, kind, jsonb(body)],
      );
      if (rowCount !== 1) return false;
      await enqueue((text, values) => client.query(text, values), { task: 'receive', receipt: id });
      return true;
    }),
  open: async (id) => {
    const { rows } = await pool.query<Receipt>(
      'SELECT id, kind, body FROM paksa.receipt WHERE id = $1 AND done_at IS NULL',
      [id],
    );
    return rows[0];
  },
  // Its body is not needed any more, and may hold what people typed: only its id stays, against a repeated delivery.
  close: async (id) => {
    await pool.query(`UPDATE paksa.receipt SET done_at = paksa.now(), body = '{}' WHERE id = $1`, [id]);
  },
});

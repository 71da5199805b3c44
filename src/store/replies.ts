/** Replies to pages on PostgreSQL: kept as receipts, with the task that works on each in the same commit. */
import type pg from 'pg';
import type { Answered, AnsweredPage, Enqueue, Replies, Reply } from '../engine/ports.ts';
import type { IncidentStatus } from '../incident/incident.ts';
import { COLUMNS, type DeliveryRow, readDelivery } from './deliveries.ts';
import { jsonb } from './jsonb.ts';
import { inTransaction } from './pool.ts';

const KIND = 'reply';

export const createReplies = (pool: pg.Pool, enqueue: Enqueue): Replies => ({
  keep: (id, reply, afterMs = 0) =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ received_at: Date }>(
        `INSERT INTO paksa.receipt (id, kind, body, received_at) VALUES ($1, $2, $3, paksa.now())
         ON CONFLICT (id) DO NOTHING RETURNING received_at`,
        [id, KIND, jsonb(reply)],
      );
      const [row] = rows;
      if (row === undefined) return false;
      const at = row.received_at.getTime() + afterMs;
      await enqueue((text, values) => client.query(text, values), { task: 'reply', reply: id }, at);
      return true;
    }),
  open: async (id) => {
    const { rows } = await pool.query<{ body: Reply }>(
      'SELECT body FROM paksa.receipt WHERE id = $1 AND kind = $2 AND done_at IS NULL',
      [id, KIND],
    );
    return rows[0]?.body;
  },
  // A note stays in the incident's log alone; the id stays, against a repeated delivery.
  close: async (id) => {
    await pool.query(`UPDATE paksa.receipt SET done_at = paksa.now(), body = '{}' WHERE id = $1`, [id]);
  },
  answered: async (pager, of) => {
    const { condition, values } = whichOf(pager, of);
    const { rows } = await pool.query<DeliveryRow & { incident: string; status: IncidentStatus }>(
      `SELECT * FROM (
         SELECT DISTINCT ON (incident.id) ${columnsOf('page')}, page.owed_at, incident.id AS incident, incident.status
         FROM paksa.page_delivery page JOIN paksa.incident ON incident.id = split_part(page.page, '/', 2)
         WHERE page.state IN ('begun', 'sent') AND ${condition}
         ORDER BY incident.id, coalesce(page.begun_at, page.owed_at) DESC) each
       ORDER BY coalesce(begun_at, owed_at) DESC LIMIT 20`,
      values,
    );
    return rows.map(
      ({ incident, status, ...row }): AnsweredPage => ({
        delivery: readDelivery(row),
        incident,
        status,
      }),
    );
  },
  learn: async (delivery, known) => {
    await pool.query('UPDATE paksa.page_delivery SET reference = $2 WHERE id = $1', [delivery, known]);
  },
  hear: async (delivery, at) => {
    const { rowCount } = await pool.query(
      `UPDATE paksa.page_delivery SET heard_at = $2
       WHERE id = $1 AND (heard_at IS NULL OR heard_at <= $2)`,
      [delivery, new Date(at)],
    );
    return rowCount === 1;
  },
});

const columnsOf = (table: string): string =>
  COLUMNS.split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');

/** What ends a page's key: the id of its delivery. */
const KEY = /^(INC-\d+)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function whichOf(pager: string, of: Answered): { condition: string; values: unknown[] } {
  if ('key' in of) {
    const [, incident = '', delivery] = KEY.exec(of.key) ?? [];
    return delivery === undefined
      ? { condition: 'false', values: [] }
      : {
          condition: 'page.pager = $1 AND page.id = $2 AND incident.id = $3',
          values: [pager, delivery, incident],
        };
  }
  if ('known' in of)
    return { condition: 'page.pager = $1 AND page.reference = $2', values: [pager, of.known] };
  const { users, pagers, incident } = of;
  return incident === undefined
    ? {
        condition: "page.recipient = ANY($1) AND page.pager = ANY($2) AND incident.status <> 'resolved'",
        values: [users, pagers],
      }
    : {
        condition: 'page.recipient = ANY($1) AND page.pager = ANY($2) AND incident.id = $3',
        values: [users, pagers, incident],
      };
}

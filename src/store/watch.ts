/** When the ladders are looked at next, and what was said of them, on the connection of a transaction. */
import type pg from 'pg';
import type { ReachNotice, Watch } from '../engine/ports.ts';
import { jsonb } from './jsonb.ts';

interface Row {
  id: string;
  environment: string;
  about: string[];
  lost: ReachNotice['lost'];
  said_at: Date;
  over_at: Date | null;
}

const COLUMNS = 'id::text, environment, about, lost, said_at, over_at';

export const watchOn = (client: pg.ClientBase): Watch => ({
  next: async (due, before, lateMs) => {
    const { rowCount } = await client.query(
      `INSERT INTO paksa.reach_look AS known (due_at) VALUES ($1)
       ON CONFLICT (only_one) DO UPDATE SET due_at = $1
       WHERE known.due_at = $2 OR ($2 IS NULL AND known.due_at < paksa.now() - $3 * interval '1 millisecond')`,
      [new Date(due), before === undefined ? null : new Date(before), lateMs],
    );
    return rowCount === 1;
  },
  inForce: async (environment) => {
    const { rows } = await client.query<Row>(
      `SELECT ${COLUMNS} FROM paksa.reach_notice WHERE environment = $1 AND over_at IS NULL FOR UPDATE`,
      [environment],
    );
    return rows.map(noticeOf)[0];
  },
  find: async (id) => {
    const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM paksa.reach_notice WHERE id = $1`, [id]);
    return rows.map(noticeOf)[0];
  },
  say: async ({ environment, about, lost }) => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO paksa.reach_notice (environment, about, lost, said_at)
       VALUES ($1, $2, $3, paksa.now()) RETURNING id::text`,
      [environment, jsonb(about), jsonb(lost)],
    );
    return rows[0]?.id ?? '';
  },
  over: async (id) => {
    await client.query('UPDATE paksa.reach_notice SET over_at = paksa.now() WHERE id = $1', [id]);
  },
});

const noticeOf = ({ id, environment, about, lost, said_at, over_at }: Row): ReachNotice => ({
  id,
  environment,
  about,
  lost,
  saidAt: said_at.getTime(),
  ...(over_at === null ? {} : { overAt: over_at.getTime() }),
});

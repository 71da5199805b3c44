/** Drills and their pages, on the connection of a transaction. */
import type pg from 'pg';
import type { Drills } from '../engine/ports.ts';
import type { Drill, DrillPage } from '../policy/drill.ts';
import type { Level, Recipient } from '../policy/policy.ts';
import { jsonb } from './jsonb.ts';

interface Row {
  id: string;
  environment: string;
  levels: Level[];
  started_by: string;
  started_at: Date;
  ended_at: Date | null;
}

interface PageRow {
  level: number;
  responder: string;
  recipient: Recipient | null;
  pager: string;
  state: DrillPage['state'];
  taken_by: string | null;
  taken_at: Date | null;
  reason: string | null;
  got_by: string | null;
  got_at: Date | null;
}

/** Any number: locks of drills have it as their first half, and meet no other. */
const LOCKS = 7_294_812;

export const drillsOn = (client: pg.ClientBase): Drills => ({
  latest: async (environment) => {
    // Held until the commit: of two who press at once, the second sees the first one's.
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCKS, environment]);
    const { rows } = await client.query<{ id: string; started_at: Date; cause: string }>(
      'SELECT id, started_at, cause FROM paksa.drill WHERE environment = $1 ORDER BY started_at DESC LIMIT 1',
      [environment],
    );
    return rows.map(({ id, started_at, cause }) => ({ id, startedAt: started_at.getTime(), cause }))[0];
  },
  start: async ({ environment, levels, startedBy, pages, cause }) => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO paksa.drill (id, environment, levels, started_by, started_at, cause)
       VALUES ('DRILL-' || nextval('paksa.drill_number'), $1, $2, $3, paksa.now(), $4) RETURNING id`,
      [environment, jsonb(levels), startedBy, cause],
    );
    const id = rows[0]?.id ?? '';
    await client.query(
      `INSERT INTO paksa.drill_page (drill, number, level, responder, recipient, pager, state)
       SELECT $1, number, level, responder, "to", pager, 'owed'
       FROM jsonb_to_recordset($2::jsonb) AS page (number int, level int, responder text, "to" jsonb, pager text)`,
      [id, jsonb(pages.map((page, number) => ({ ...page, number })))],
    );
    return id;
  },
  find: async (id) => {
    const { rows } = await client.query<Row>('SELECT * FROM paksa.drill WHERE id = $1', [id]);
    const [row] = rows;
    if (row === undefined) return undefined;
    const pages = await client.query<PageRow>(
      'SELECT * FROM paksa.drill_page WHERE drill = $1 ORDER BY number',
      [id],
    );
    return drillOf(row, pages.rows.map(pageOf));
  },
  markTaken: async (id, page, by) => {
    await client.query(
      `UPDATE paksa.drill_page SET state = 'taken', taken_by = $3, taken_at = paksa.now(), reason = NULL
       WHERE drill = $1 AND number = $2 AND state <> 'taken'`,
      [id, page, by],
    );
  },
  note: async (id, page, reason, lasting) => {
    await client.query(
      `UPDATE paksa.drill_page SET reason = $3,
         state = CASE WHEN $4 AND state = 'owed' THEN 'failed' ELSE state END
       WHERE drill = $1 AND number = $2`,
      [id, page, reason, lasting],
    );
  },
  markGot: async (id, page, by) => {
    const { rowCount } = await client.query(
      `UPDATE paksa.drill_page SET got_by = $3, got_at = paksa.now()
       WHERE drill = $1 AND number = $2 AND got_at IS NULL`,
      [id, page, by],
    );
    return rowCount === 1;
  },
  end: async (id) => {
    await client.query('UPDATE paksa.drill SET ended_at = paksa.now() WHERE id = $1 AND ended_at IS NULL', [
      id,
    ]);
  },
});

const drillOf = (row: Row, pages: readonly DrillPage[]): Drill => ({
  id: row.id,
  environment: row.environment,
  levels: row.levels,
  startedBy: row.started_by,
  startedAt: row.started_at.getTime(),
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at.getTime() }),
  pages,
});

const pageOf = (row: PageRow): DrillPage => ({
  level: row.level,
  responder: row.responder,
  ...(row.recipient === null ? {} : { to: row.recipient }),
  pager: row.pager,
  state: row.state,
  ...(row.taken_by === null ? {} : { takenBy: row.taken_by }),
  ...(row.taken_at === null ? {} : { takenAt: row.taken_at.getTime() }),
  ...(row.reason === null ? {} : { reason: row.reason }),
  ...(row.got_by === null ? {} : { gotBy: row.got_by }),
  ...(row.got_at === null ? {} : { gotAt: row.got_at.getTime() }),
});

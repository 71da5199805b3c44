/** Overrides of schedules, and whom a schedule's page is for; on the connection of a transaction. */
import type pg from 'pg';
import type { Overrides, RecordedOverride } from '../engine/ports.ts';

interface Row {
  id: string;
  schedule: string;
  user_id: string;
  starts_at: Date;
  ends_at: Date;
  made_by: string;
  made_at: Date;
  ended_by: string | null;
  ended_at: Date | null;
}

const COLUMNS = 'id::text, schedule, user_id, starts_at, ends_at, made_by, made_at, ended_by, ended_at';
/** One that is ended before it began was never in force. */
const OVER_AT = 'least(ends_at, ended_at)';

export const overridesOn = (client: pg.ClientBase): Overrides => ({
  since: async (schedule, since) => {
    const { rows } = await client.query<Row>(
      `SELECT ${COLUMNS} FROM paksa.override
       WHERE schedule = $1 AND ${OVER_AT} > $2 AND ${OVER_AT} > starts_at ORDER BY id`,
      [schedule, new Date(since)],
    );
    return rows.map(recorded);
  },
  find: async (id) => {
    const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM paksa.override WHERE id = $1`, [id]);
    return rows[0] && recorded(rows[0]);
  },
  make: async ({ schedule, user, from, to, madeBy }, cause) => {
    await client.query(
      `INSERT INTO paksa.override (schedule, user_id, starts_at, ends_at, made_by, made_at, cause)
       VALUES ($1, $2, $3, $4, $5, paksa.now(), $6) ON CONFLICT (cause) DO NOTHING`,
      [schedule, user, new Date(from), new Date(to), madeBy, cause],
    );
    const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM paksa.override WHERE cause = $1`, [
      cause,
    ]);
    const [row] = rows;
    if (!row) throw new Error(`The override of ${cause} was not kept.`);
    return recorded(row);
  },
  end: async (id, by) => {
    const { rows } = await client.query<Row>(
      `UPDATE paksa.override SET ended_at = paksa.now(), ended_by = $2
       WHERE id = $1 AND ended_at IS NULL AND ends_at > paksa.now() RETURNING ${COLUMNS}`,
      [id, by],
    );
    return rows[0] && recorded(rows[0]);
  },
  recipient: (page) => recipientOf(client, page),
  settleRecipient: async (page, user) => {
    await client.query(
      `INSERT INTO paksa.page_recipient (page, user_id, settled_at) VALUES ($1, $2, paksa.now())
       ON CONFLICT (page) DO NOTHING`,
      [page, user],
    );
    return (await recipientOf(client, page)) ?? user;
  },
});

/** Of every schedule: in force at an instant or later, in the order in which they were made. */
export async function overridesOf(client: pg.ClientBase, since: number): Promise<RecordedOverride[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} FROM paksa.override WHERE ${OVER_AT} > $1 AND ${OVER_AT} > starts_at ORDER BY id`,
    [new Date(since)],
  );
  return rows.map(recorded);
}

async function recipientOf(client: pg.ClientBase, page: string): Promise<string | undefined> {
  const { rows } = await client.query<{ user_id: string }>(
    'SELECT user_id FROM paksa.page_recipient WHERE page = $1',
    [page],
  );
  return rows[0]?.user_id;
}

const recorded = (row: Row): RecordedOverride => ({
  id: row.id,
  schedule: row.schedule,
  user: row.user_id,
  from: row.starts_at.getTime(),
  to: Math.min(row.ends_at.getTime(), row.ended_at?.getTime() ?? Number.POSITIVE_INFINITY),
  madeBy: row.made_by,
  madeAt: row.made_at.getTime(),
  ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
});

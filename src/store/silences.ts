/** Silences that people make, on the connection of a transaction. */
import type pg from 'pg';
import type { RecordedSilence, Silences, Transaction } from '../engine/ports.ts';
import type { Incident } from '../incident/incident.ts';
import { jsonb } from './jsonb.ts';

interface Row {
  id: string;
  environment: string;
  topic: string | null;
  labels: Readonly<Record<string, string>>;
  starts_at: Date;
  ends_at: Date;
  reason: string;
  made_by: string;
  made_at: Date;
  confirmed_at: Date | null;
  ended_by: string | null;
  ended_at: Date | null;
}

const COLUMNS = `id::text, environment, topic, labels, starts_at, ends_at, reason, made_by, made_at, confirmed_at,
  ended_by, ended_at`;
/** One that is ended before it began was never in force. */
const OVER_AT = 'least(ends_at, ended_at)';
/** Of the advisory lock between those who open incidents and those who silence them. */
const LOCK = `hashtextextended('paksa.silence', 0)`;

export const silencesOn = (client: pg.ClientBase): Silences => ({
  holdStill: async () => {
    await client.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`);
  },
  holdOpenings: async () => {
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
  },
  since: async (since, environment) => {
    const { rows } = await client.query<Row>(
      `SELECT ${COLUMNS} FROM paksa.silence
       WHERE confirmed_at IS NOT NULL AND ends_at > $1 AND ${OVER_AT} > $1 AND ${OVER_AT} > starts_at
         AND ($2::text IS NULL OR environment = $2)
       ORDER BY starts_at, id`,
      [new Date(since), environment ?? null],
    );
    return rows.map(recorded);
  },
  find: async (id) => {
    const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM paksa.silence WHERE id = $1`, [id]);
    return rows[0] && recorded(rows[0]);
  },
  make: async ({ environment, topic, labels, from, to, reason, madeBy, isConfirmed }, cause) => {
    await client.query(
      `INSERT INTO paksa.silence
         (environment, topic, labels, starts_at, ends_at, reason, made_by, made_at, confirmed_at, cause)
       VALUES ($1, $2, $3, $4, $5, $6, $7, paksa.now(), CASE WHEN $8 THEN paksa.now() END, $9)
       ON CONFLICT (cause) DO NOTHING`,
      [
        environment,
        topic ?? null,
        jsonb(labels),
        new Date(from),
        new Date(to),
        reason,
        madeBy,
        isConfirmed,
        cause,
      ],
    );
    const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM paksa.silence WHERE cause = $1`, [
      cause,
    ]);
    const [row] = rows;
    if (!row) throw new Error(`The silence of ${cause} was not kept.`);
    return recorded(row);
  },
  confirm: async (id) => {
    const { rows } = await client.query<Row>(
      `UPDATE paksa.silence SET confirmed_at = paksa.now()
       WHERE id = $1 AND confirmed_at IS NULL RETURNING ${COLUMNS}`,
      [id],
    );
    return rows[0] && recorded(rows[0]);
  },
  end: async (id, by) => {
    const { rows } = await client.query<Row>(
      `UPDATE paksa.silence SET ended_at = paksa.now(), ended_by = $2
       WHERE id = $1 AND confirmed_at IS NOT NULL AND ended_at IS NULL AND ends_at > paksa.now()
       RETURNING ${COLUMNS}`,
      [id, by],
    );
    return rows[0] && recorded(rows[0]);
  },
});

export const silencingOn = (client: pg.ClientBase): Pick<Transaction, 'firesOutside' | 'lockOpenIn'> => ({
  firesOutside: async ({ environment, topic }, incident, labels) => {
    const { rowCount } = await client.query(
      `SELECT FROM paksa.alert
       WHERE environment = $1 AND topic = $2 AND (incident = $3 OR incident IS NULL)
         AND status = 'firing' AND NOT labels @> $4 LIMIT 1`,
      [environment, topic, incident, jsonb(labels)],
    );
    return rowCount === 1;
  },
  // In one order, whoever does it: two of these do not wait for each other.
  lockOpenIn: async (environment) => {
    const { rows } = await client.query<{ state: Incident }>(
      `SELECT state FROM paksa.incident WHERE status <> 'resolved' AND state->>'environment' = $1
       ORDER BY id FOR UPDATE`,
      [environment],
    );
    return rows.map(({ state }) => state);
  },
});

const recorded = (row: Row): RecordedSilence => ({
  id: row.id,
  environment: row.environment,
  environments: [row.environment],
  ...(row.topic === null ? {} : { topic: row.topic, topics: [row.topic] }),
  labels: row.labels,
  from: row.starts_at.getTime(),
  to: Math.min(row.ends_at.getTime(), row.ended_at?.getTime() ?? Number.POSITIVE_INFINITY),
  reason: row.reason,
  madeBy: row.made_by,
  madeAt: row.made_at.getTime(),
  isConfirmed: row.confirmed_at !== null,
  ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
});

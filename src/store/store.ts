/** The engine's store on PostgreSQL: incidents as rows held with FOR UPDATE, their log beside them, the jobs in the same commit. */
import pg from 'pg';
import type { Diagnosis, Enqueue, LogEntry, Store, Survey, Transaction } from '../engine/ports.ts';
import { UserError } from '../errors.ts';
import { overdueOf, timersOf } from '../incident/due.ts';
import type { Effect, Happening } from '../incident/event.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { alertsIn, readNotice } from './alert-groups.ts';
import { drillsOn } from './drills.ts';
import { jsonb } from './jsonb.ts';
import { reserve } from './messages.ts';
import { overridesOn } from './overrides.ts';
import { triesOf } from './page-tries.ts';
import { inTransaction } from './pool.ts';
import { silencesOn, silencingOn } from './silences.ts';
import { watchOn } from './watch.ts';

/** What paksa.yaml plans. */
export type Planned = Pick<Transaction, 'maintenance' | 'freezes'>;

export function createStore(
  pool: pg.Pool,
  enqueue: Enqueue,
  { maintenance, freezes }: Planned = { maintenance: [], freezes: [] },
): Store {
  return {
    transact: (work) =>
      inTransaction(pool, async (client) =>
        work({ ...(await begin(client, enqueue)), maintenance, freezes }),
      ),
    incident: async (id) => {
      const { rows } = await pool.query<{ state: Incident }>(
        'SELECT state FROM paksa.incident WHERE id = $1',
        [id],
      );
      return rows[0]?.state;
    },
    openIncidents: async () => {
      const { rows } = await pool.query<{ state: Incident }>(
        "SELECT state FROM paksa.incident WHERE status <> 'resolved' ORDER BY (state->>'openedAt')::bigint",
      );
      return rows.map(({ state }) => state);
    },
    log: async (incident) => {
      const { rows } = await pool.query<{ seq: number; event: Happening; effects: Effect[] }>(
        'SELECT seq, event, effects FROM paksa.event WHERE incident = $1 ORDER BY seq',
        [incident],
      );
      return rows.map(({ seq, event, effects }): LogEntry => ({ seq, happening: event, effects }));
    },
    tries: (prefix) => triesOf(pool, prefix),
    overdue: async (byMs, most) => {
      const { rows } = await pool.query<{ state: Incident; now: Date }>(
        `SELECT state, paksa.now() AS now FROM paksa.incident
          WHERE due_at < paksa.now() - $1 * interval '1 millisecond' ORDER BY due_at LIMIT $2`,
        [byMs, most],
      );
      const now = rows[0]?.now.getTime() ?? 0;
      const incidents = rows.map(({ state }) => state);
      return overdueOf(incidents, now, byMs, most);
    },
    owedPages: async (sinceMs, untilMs) => {
      const { rows } = await pool.query<{ incident: string; page: PageRef }>(
        `SELECT e.incident, effect -> 'page' AS page
           FROM paksa.event e, jsonb_array_elements(e.effects) effect
          WHERE e.effects @> '[{"do": "page"}]' AND effect ->> 'do' = 'page'
            AND e.at BETWEEN paksa.now() - $1 * interval '1 millisecond'
                         AND paksa.now() - $2 * interval '1 millisecond'
            AND NOT EXISTS (SELECT FROM paksa.event outcome
                             WHERE outcome.incident = e.incident AND outcome.seq > e.seq
                               AND outcome.type IN ('page-sent', 'page-failed', 'page-dropped')
                               AND outcome.event -> 'page' = effect -> 'page')
          ORDER BY e.at`,
        [sinceMs, untilMs],
      );
      return rows;
    },
    survey: async (id) => {
      const { rows } = await pool.query<{ body: Survey }>('SELECT body FROM paksa.survey WHERE id = $1', [
        id,
      ]);
      return rows[0]?.body;
    },
    notice: (id) => readNotice(pool, id),
    diagnosis: async (id) => {
      const { rows } = await pool.query<{ body: Diagnosis }>(
        'SELECT body FROM paksa.diagnosis WHERE id = $1',
        [id],
      );
      return rows[0]?.body;
    },
  };
}

/** The latest merged one leads there, over as many merges as there were. */
const MERGED = `status <> 'resolved' AND id IN (
  WITH RECURSIVE led (id, hops) AS (
    (SELECT merged_into, 1 FROM paksa.incident WHERE fingerprint = $1 AND merged_into IS NOT NULL
      ORDER BY changed_at DESC LIMIT 1)
    UNION ALL
    SELECT i.merged_into, led.hops + 1 FROM led JOIN paksa.incident i ON i.id = led.id
     WHERE i.merged_into IS NOT NULL AND led.hops < 20)
  SELECT id FROM led)`;

async function begin(client: pg.PoolClient, enqueue: Enqueue): Promise<Omit<Transaction, keyof Planned>> {
  const clock = await client.query<{ now: Date }>('SELECT paksa.now() AS now');
  const now = clock.rows[0]?.now.getTime() ?? Number.NaN;
  const held = async (condition: string, value: string): Promise<Incident | undefined> => {
    const { rows } = await client.query<{ state: Incident }>(
      `SELECT state FROM paksa.incident WHERE ${condition} FOR UPDATE`,
      [value],
    );
    return rows[0]?.state;
  };
  return {
    now,
    lock: (id) => held('id = $1', id),
    lockOpen: (fingerprint) => held("fingerprint = $1 AND status <> 'resolved'", fingerprint),
    lockMerged: (fingerprint) => held(MERGED, fingerprint),
    hasHappened: async (cause) => {
      const { rowCount } = await client.query('SELECT 1 FROM paksa.event WHERE cause = $1', [cause]);
      return rowCount === 1;
    },
    nextIncidentId: async () => {
      const { rows } = await client.query<{ id: string }>(
        `SELECT 'INC-' || nextval('paksa.incident_number') AS id`,
      );
      return rows[0]?.id ?? '';
    },
    save: async (incident, happening, effects, cause) => {
      const [soonest] = timersOf(incident);
      await asOneOpen(incident.title, () =>
        client.query(
          `INSERT INTO paksa.incident (id, version, fingerprint, status, state, due_at, merged_into, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, paksa.now())
         ON CONFLICT (id) DO UPDATE SET version = $2, status = $4, state = $5, due_at = $6, merged_into = $7,
           changed_at = paksa.now()`,
          [
            incident.id,
            incident.version,
            incident.fingerprint,
            incident.status,
            jsonb(incident),
            soonest === undefined ? null : new Date(soonest.due),
            incident.mergedInto ?? null,
          ],
        ),
      );
      await client.query(
        `INSERT INTO paksa.event (incident, seq, at, actor, type, event, effects, cause)
         VALUES ($1, $2, paksa.now(), $3, $4, $5, $6, $7)`,
        [
          incident.id,
          incident.version,
          happening.actor,
          happening.type,
          jsonb(happening),
          jsonb(effects),
          cause ?? null,
        ],
      );
    },
    holdStarts: async (environment) => {
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended('paksa.start/' || $1, 0))", [
        environment,
      ]);
      const { rows } = await client.query<{ state: Incident }>(
        `SELECT state FROM paksa.incident WHERE status <> 'resolved' AND state->>'environment' = $1 ORDER BY id`,
        [environment],
      );
      return rows.map(({ state }) => state);
    },
    saveDiagnosis: async (diagnosis) => {
      await client.query(
        `INSERT INTO paksa.diagnosis (id, body, changed_at) VALUES ($1, $2, paksa.now())
         ON CONFLICT (id) DO UPDATE SET body = $2, changed_at = paksa.now()`,
        [diagnosis.id, jsonb(diagnosis)],
      );
    },
    saveSurvey: async (survey) => {
      await client.query(
        `INSERT INTO paksa.survey (id, body, changed_at) VALUES ($1, $2, paksa.now())
         ON CONFLICT (id) DO UPDATE SET body = $2, changed_at = paksa.now()`,
        [survey.id, jsonb(survey)],
      );
    },
    ...alertsIn(client),
    reserveMessage: async (subject, channel) => {
      await reserve(client, subject, channel);
    },
    handOver: async (from, to) => {
      await client.query('UPDATE paksa.message SET key = $2 WHERE key = $1', [from, to]);
    },
    send: (task, at) => enqueue((text, values) => client.query(text, values), task, at),
    overrides: overridesOn(client),
    silences: silencesOn(client),
    ...silencingOn(client),
    drills: drillsOn(client),
    watch: watchOn(client),
  };
}

/** A second unresolved incident of one problem cannot be: whoever tried is told of the first. @throws UserError */
async function asOneOpen(title: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.constraint !== 'one_open_incident') throw error;
    throw new UserError(`Another incident is open for “${title}”: go on there, or resolve it first.`);
  }
}

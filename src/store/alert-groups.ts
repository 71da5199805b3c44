/** What has come of a group of alerts, by name; which of them are of an incident, and which people were told of. */
import type pg from 'pg';
import type { Notice, Transaction } from '../engine/ports.ts';
import type { AlertSource, AlertsSeen, NamedAlerts } from '../incident/alert.ts';
import type { Evidence, Severity } from '../runbook/finding.ts';

const SHOWN_NAMES = 12;
const SHOWN_UNROUTED = 30;
/** Of one alert's labels and annotations: an incident carries them along. */
const MOST_EVIDENCE = 16;
const MOST_VALUE = 240;

type OfAlerts = Pick<Transaction, 'alertsOf' | 'joinAlerts' | 'moveAlerts' | 'noticeAlerts' | 'latestNotice'>;

export const alertsIn = (client: pg.ClientBase): OfAlerts => ({
  alertsOf: async ({ environment, topic }, incident) => {
    const { rows } = await client.query<SeenRow>(SEEN, [environment, topic, incident ?? null, SHOWN_NAMES]);
    return seenOf(rows);
  },
  // Who is being kept at this moment owes the work again, and joins then.
  joinAlerts: async ({ environment, topic }, incident) => {
    await client.query(
      `UPDATE paksa.alert SET incident = $3 WHERE (source, fingerprint) IN
         (SELECT source, fingerprint FROM paksa.alert
          WHERE environment = $1 AND topic = $2 AND incident IS NULL AND status = 'firing'
          FOR UPDATE SKIP LOCKED)`,
      [environment, topic, incident],
    );
  },
  moveAlerts: async (from, to, group) => {
    await client.query(
      `UPDATE paksa.alert SET incident = $2
        WHERE incident = $1 AND ($3::text IS NULL OR (environment = $3 AND topic = $4))`,
      [from, to, group?.environment ?? null, group?.topic ?? null],
    );
  },
  noticeAlerts: async (environment, notice) => {
    const { rowCount } = await client.query(
      `UPDATE paksa.alert SET notice = $2 WHERE (source, fingerprint) IN
         (SELECT source, fingerprint FROM paksa.alert
          WHERE environment = $1 AND topic IS NULL AND notice IS NULL AND status = 'firing'
          FOR UPDATE SKIP LOCKED)`,
      [environment, notice],
    );
    return rowCount ?? 0;
  },
  latestNotice: async (environment) => {
    const { rows } = await client.query<{ notice: string }>(
      `SELECT notice FROM paksa.alert WHERE environment = $1 AND topic IS NULL AND notice IS NOT NULL
       ORDER BY split_part(notice, '/', 2)::bigint DESC LIMIT 1`,
      [environment],
    );
    const id = rows[0]?.notice;
    return id === undefined ? undefined : { id, at: Number(id.split('/')[1]) };
  },
});

interface SeenRow {
  readonly name: string;
  readonly firing: number;
  readonly severity: Severity;
  readonly since: Date;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly link: string | null;
  readonly source: AlertSource;
  readonly all_firing: number;
  readonly total: number;
  readonly all_names: number;
}

/** The names with the most that fire, each with the oldest of its alerts, and the sums of all names. */
const SEEN = `
  WITH here AS MATERIALIZED
    (SELECT source, fingerprint, name, status, severity, starts_at, last_seen
     FROM paksa.alert WHERE environment = $1 AND topic = $2
       AND (incident = $3 OR (incident IS NULL AND status = 'firing'))),
  named AS
    (SELECT name, count(*) FILTER (WHERE status = 'firing') AS firing, count(*) AS total,
       bool_or(severity = 'critical' AND status = 'firing') AS is_critical,
       coalesce(min(starts_at) FILTER (WHERE status = 'firing'), min(starts_at)) AS since
     FROM here GROUP BY name),
  shown AS (SELECT * FROM named ORDER BY firing DESC, since, name LIMIT $4)
  SELECT shown.name, shown.firing::int, shown.since,
    CASE WHEN shown.is_critical THEN 'critical' ELSE 'warning' END AS severity,
    oldest.labels, oldest.annotations, oldest.link,
    (SELECT source FROM here ORDER BY last_seen DESC, source LIMIT 1) AS source,
    (SELECT sum(firing) FROM named)::int AS all_firing, (SELECT sum(total) FROM named)::int AS total,
    (SELECT count(*) FROM named)::int AS all_names
  FROM shown
  CROSS JOIN LATERAL
    (SELECT source, fingerprint FROM here WHERE here.name = shown.name
     ORDER BY status = 'firing' DESC, starts_at, source, fingerprint LIMIT 1) AS first
  JOIN paksa.alert oldest ON (oldest.source, oldest.fingerprint) = (first.source, first.fingerprint)
  ORDER BY shown.firing DESC, shown.since, shown.name`;

function seenOf(rows: readonly SeenRow[]): AlertsSeen | undefined {
  const [first] = rows;
  return (
    first && {
      source: first.source,
      firing: first.all_firing,
      total: first.total,
      names: rows.map(namedOf),
      moreNames: first.all_names - rows.length,
    }
  );
}

function namedOf({ name, firing, severity, since, labels, annotations, link }: SeenRow): NamedAlerts {
  const { summary = annotations.description ?? annotations.message } = annotations;
  return {
    name,
    firing,
    severity,
    since: since.getTime(),
    ...(summary === undefined ? {} : { summary: summary.slice(0, 400) }),
    ...(link === null ? {} : { link }),
    evidence: evidenceOf(labels, annotations),
  };
}

function evidenceOf(labels: SeenRow['labels'], annotations: SeenRow['annotations']): Evidence {
  const said = [...Object.entries(labels), ...Object.entries(annotations)].filter(
    ([key]) => key !== 'alertname' && key !== 'summary',
  );
  return Object.fromEntries(
    said.slice(0, MOST_EVIDENCE).map(([key, value]) => [key.slice(0, 80), value.slice(0, MOST_VALUE)]),
  );
}

export async function readNotice(pool: pg.Pool, id: string): Promise<Notice> {
  const { rows } = await pool.query<{ name: string; why: string; count: number; all: number }>(
    `SELECT name, coalesce(unrouted, 'it has a route by now') AS why, count(*)::int AS count,
       (count(*) OVER ())::int AS all
     FROM paksa.alert WHERE notice = $1 GROUP BY name, unrouted ORDER BY count DESC, name LIMIT $2`,
    [id, SHOWN_UNROUTED],
  );
  return {
    alerts: rows.map(({ name, why, count }) => ({ name, why, count })),
    more: (rows[0]?.all ?? 0) - rows.length,
  };
}

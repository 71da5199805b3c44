/** Alerts on PostgreSQL: what comes at once is one statement for its rows, and a task for each group that they lead to. */
import type pg from 'pg';
import type { Alerts, Enqueue, Notice, RoutedAlert, Transaction } from '../engine/ports.ts';
import type { Alert, AlertGroup, AlertSource, AlertsSeen, NamedAlerts } from '../incident/alert.ts';
import type { Evidence, Severity } from '../runbook/finding.ts';
import { gather } from './gather.ts';
import { jsonb } from './jsonb.ts';
import { inTransaction } from './pool.ts';

/** What comes within this many milliseconds is worked on at once: so seldom does a card change, however many come. */
const WINDOW_MS = 3_000;
const SHOWN_NAMES = 12;
const SHOWN_UNROUTED = 30;
/** Of one alert's labels and annotations: an incident carries them along. */
const MOST_EVIDENCE = 16;
const MOST_VALUE = 240;

export const createAlerts = (pool: pg.Pool, enqueue: Enqueue): Alerts => ({
  keep: gather((alerts) => inTransaction(pool, (client) => keep(client, enqueue, alerts))),
  // Whoever keeps alerts holds the other half of this lock from before it owes the work until it has committed.
  settled: async (group) => {
    await inTransaction(pool, (client) =>
      client.query(`SELECT pg_advisory_xact_lock(${LOCK_SPACE}, hashtext($1))`, [keyOf(group)]),
    );
  },
});

async function keep(client: pg.ClientBase, enqueue: Enqueue, alerts: readonly RoutedAlert[]): Promise<void> {
  const groups = groupsOf(alerts);
  const { rows: clock } = await client.query<{ now: Date }>(
    `SELECT paksa.now() AS now, count(pg_advisory_xact_lock_shared(${LOCK_SPACE}, hashtext(key)))
     FROM (SELECT key FROM unnest($1::text[]) key ORDER BY hashtext(key)) keys`,
    [groups.map(keyOf)],
  );
  await client.query(KEEP, [jsonb(rowsOf(alerts))]);
  const due = (clock[0]?.now.getTime() ?? 0) + WINDOW_MS;
  for (const group of groups)
    await enqueue((text, values) => client.query(text, values), { task: 'alerts', ...group }, due);
}

/** Any number, other than those of other locks with two keys. */
const LOCK_SPACE = 4_004;

const keyOf = ({ environment, topic }: AlertGroup): string => `${environment}/${topic ?? ''}`;

/** In one order for everybody, so that no two wait for each other. */
const groupsOf = (alerts: readonly RoutedAlert[]): AlertGroup[] =>
  [
    ...new Map(
      alerts.map(({ lead }): [string, AlertGroup] => {
        const { environment } = lead;
        const group = 'topic' in lead ? { environment, topic: lead.topic } : { environment };
        return [keyOf(group), group];
      }),
    ),
  ]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => group);

/** One row an alert, however often it comes: the latest counts. In one order for everybody. */
function rowsOf(alerts: readonly RoutedAlert[]) {
  const same = Map.groupBy(alerts, ({ source, fingerprint }) => `${source} ${fingerprint}`);
  return [...same]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, each]) =>
      rowOf(
        each.reduce((known, next) => (isLate(known, next) ? known : next)),
        each.length,
      ),
    );
}

/** As `KEEP` has it: requests may overtake each other. */
const isLate = (known: Alert, next: Alert): boolean =>
  next.status === 'firing'
    ? known.status === 'resolved' && before(next.startsAt, known.startsAt)
    : known.status === 'firing' && before(next.endsAt, known.startsAt);

const before = (one: number | undefined, other: number | undefined): boolean =>
  one !== undefined && other !== undefined && one < other;

const rowOf = ({ lead, startsAt, endsAt, ...alert }: RoutedAlert, count: number) => ({
  ...alert,
  ...lead,
  count,
  starts_at: startsAt === undefined ? null : new Date(startsAt).toISOString(),
  ends_at: endsAt === undefined ? null : new Date(endsAt).toISOString(),
});

/**
 * Requests may overtake each other: what began before the one that has ended, or ended before the one that fires began, is
 * late and dropped. What fires anew is of no incident, if the one that it was of is resolved.
 */
const KEEP = `
  INSERT INTO paksa.alert AS known
    (source, fingerprint, name, status, labels, annotations, link, severity, environment, topic, unrouted,
     starts_at, ends_at, first_seen, last_seen, count)
  SELECT source, fingerprint, name, status, labels, annotations, link, severity, environment, topic, unrouted,
    coalesce(starts_at, paksa.now()), CASE status WHEN 'resolved' THEN coalesce(ends_at, paksa.now()) END,
    paksa.now(), paksa.now(), count
  FROM jsonb_to_recordset($1::jsonb) AS new
    (source text, fingerprint text, name text, status text, labels jsonb, annotations jsonb, link text,
     severity text, environment text, topic text, unrouted text, starts_at timestamptz, ends_at timestamptz,
     count bigint)
  ON CONFLICT (source, fingerprint) DO UPDATE SET
    name = excluded.name, status = excluded.status, labels = excluded.labels,
    annotations = excluded.annotations, link = excluded.link, severity = excluded.severity,
    environment = excluded.environment, topic = excluded.topic, unrouted = excluded.unrouted,
    starts_at = CASE known.status WHEN 'firing' THEN least(known.starts_at, excluded.starts_at)
      ELSE excluded.starts_at END,
    ends_at = excluded.ends_at, last_seen = excluded.last_seen, count = known.count + excluded.count,
    incident = CASE WHEN excluded.status = 'firing' AND EXISTS
      (SELECT FROM paksa.incident WHERE id = known.incident AND status = 'resolved')
      THEN NULL ELSE known.incident END
  WHERE NOT CASE excluded.status
    WHEN 'firing' THEN known.status = 'resolved' AND excluded.starts_at < known.starts_at
    ELSE known.status = 'firing' AND excluded.ends_at < known.starts_at END`;

type OfAlerts = Pick<Transaction, 'alertsOf' | 'joinAlerts' | 'noticeAlerts' | 'latestNotice'>;

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
    (SELECT * FROM paksa.alert WHERE environment = $1 AND topic = $2
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
  FROM shown CROSS JOIN LATERAL
    (SELECT labels, annotations, link FROM here WHERE here.name = shown.name
     ORDER BY status = 'firing' DESC, starts_at, source, fingerprint LIMIT 1) AS oldest
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

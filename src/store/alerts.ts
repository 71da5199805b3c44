/** Alerts on PostgreSQL: what comes at once is one statement for its rows, and a task for each group that they lead to. */
import type pg from 'pg';
import type { Alerts, Enqueue, RoutedAlert } from '../engine/ports.ts';
import type { Alert, AlertGroup } from '../incident/alert.ts';
import { gather } from './gather.ts';
import { jsonb } from './jsonb.ts';
import { inTransaction } from './pool.ts';

/** What comes within this many milliseconds is worked on at once: so seldom does a card change, however many come. */
const WINDOW_MS = 3_000;

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

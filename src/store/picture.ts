/** Reads what a replica needs to go on without the database, on a connection of its own that nothing else keeps busy. */
import pg from 'pg';
import type { Picture, Pictured, Picturing } from '../engine/alone.ts';
import type { PageDelivery } from '../engine/ports.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { withinMs } from './away.ts';
import { overridesOf } from './overrides.ts';
import { silencesOn } from './silences.ts';

/** A picture is small; a server that takes longer does not answer, in milliseconds. */
const DEADLINE_MS = 3_000;
/** A transaction's changes bear the time at which it began: those that took so long are still seen. */
const OVERLAP_MS = 60_000;
/** A replica that has not been heard for so long is not counted. */
const GONE_MS = 15_000;
/** Each says that it is there every 2.5 s. */
const HEARD_MS = 4_000;
/** Of older pages, somebody has long been told. */
const PAGE_AGE_MS = 86_400_000;

/** `replica`: this one's name, which it says of itself while it is there. */
export function createPicturing(connectionString: string, replica: string): Picturing {
  let client: pg.Client | undefined;
  const connected = async (): Promise<pg.Client> => {
    if (client) return client;
    const fresh = new pg.Client({
      connectionString,
      connectionTimeoutMillis: DEADLINE_MS,
      keepAlive: true,
      statement_timeout: DEADLINE_MS,
      // Cut off in the middle, PostgreSQL would keep this replica's row from it for as long as it believes in the connection.
      idle_in_transaction_session_timeout: DEADLINE_MS,
      application_name: 'paksa-picture',
    });
    client = fresh;
    fresh.on('error', () => leave(fresh));
    await fresh.connect();
    return fresh;
  };
  const leave = (left: pg.Client | undefined): void => {
    if (client === left) client = undefined;
    // One that hangs would wait for its server to say goodbye.
    left?.end().catch(() => undefined);
  };
  return {
    take: async (owes, before) => {
      try {
        return await withinMs(
          DEADLINE_MS,
          connected().then((on) => read(on, { replica, owes, before })),
        );
      } catch (error) {
        leave(client);
        throw error;
      }
    },
    close: async () => {
      await client?.query('DELETE FROM paksa.replica WHERE id = $1', [replica]).catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}

interface Asked {
  readonly replica: string;
  readonly owes: boolean;
  readonly before: Picture | undefined;
}

async function read(on: pg.ClientBase, asked: Asked): Promise<Picture> {
  // One snapshot for all of it: a page must not be owed by an incident that does not know of it yet.
  await on.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const picture = await seen(on, asked);
  await on.query('COMMIT');
  return picture;
}

async function seen(on: pg.ClientBase, { replica, owes, before }: Asked): Promise<Picture> {
  // Written, not only read: a database that takes no writes is of no use either.
  await on.query(
    `INSERT INTO paksa.replica (id, seen_at, owes) VALUES ($1, paksa.now(), $2)
     ON CONFLICT (id) DO UPDATE SET seen_at = paksa.now(), owes = $2`,
    [replica, owes],
  );
  const { rows } = await on.query<{ now: Date; installation: string; replicas: string[]; settled: string[] }>(
    `SELECT paksa.now() AS now, (SELECT id FROM paksa.installation) AS installation,
       ARRAY(SELECT id FROM paksa.replica WHERE seen_at > paksa.now() - $1 * interval '1 millisecond' ORDER BY id)
         AS replicas,
       ARRAY(SELECT id FROM paksa.replica
              WHERE seen_at > paksa.now() - $2 * interval '1 millisecond' AND NOT owes) AS settled`,
    [GONE_MS, HEARD_MS],
  );
  const [row] = rows;
  if (!row) throw new Error('a row without a table is gone');
  const at = row.now.getTime();
  const known = before?.installation === row.installation ? before : undefined;
  return {
    installation: row.installation,
    at,
    machineAt: Date.now(),
    replicas: row.replicas,
    settled: row.settled,
    incidents: await incidents(on, known),
    overrides: await overridesOf(on, at),
    silences: await silencesOn(on).since(at),
  };
}

async function incidents(on: pg.ClientBase, before: Picture | undefined): Promise<readonly Pictured[]> {
  const { rows } = await on.query<{ state: Incident }>(
    before === undefined
      ? `SELECT state FROM paksa.incident WHERE status <> 'resolved'`
      : 'SELECT state FROM paksa.incident WHERE changed_at >= $1',
    before === undefined ? [] : [new Date(before.at - OVERLAP_MS)],
  );
  const known = new Map(before?.incidents.map((each) => [each.incident.id, each]));
  const changed = rows
    .map(({ state }) => state)
    .filter(({ id, version }) => known.get(id)?.incident.version !== version);
  if (before !== undefined && changed.length === 0 && !awaits(before)) return before.incidents;
  for (const { id, status } of changed) if (status === 'resolved') known.delete(id);
  const news = changed.filter(({ status }) => status !== 'resolved');
  const unfinished = [...known.values()].filter(isUnfinished).map(({ incident }) => incident);
  const looked = new Map([...unfinished, ...news].map((incident) => [incident.id, incident]));
  for (const each of await around(on, [...looked.values()])) known.set(each.incident.id, each);
  return [...known.values()];
}

const awaits = ({ incidents: all }: Picture): boolean => all.some(isUnfinished);

/** Its card may be posted, and its pages be delivered, without another change. */
const isUnfinished = ({ card, owed, isHearsay }: Pictured): boolean =>
  card === undefined || owed.length > 0 || isHearsay === true;

async function around(on: pg.ClientBase, all: readonly Incident[]): Promise<Pictured[]> {
  if (all.length === 0) return [];
  const ids = all.map(({ id }) => id);
  const cards = await on.query<{ key: string; channel: string; ts: string }>(
    'SELECT key, channel, ts FROM paksa.message WHERE key = ANY($1) AND ts IS NOT NULL',
    [ids.map((id) => `incident/${id}`)],
  );
  const deliveries = await on.query<{ incident: string; row: PageDelivery }>(
    `SELECT split_part(page, '/', 2) AS incident, jsonb_strip_nulls(jsonb_build_object('id', id, 'page', page,
       'pager', pager, 'state', state, 'takenBy', taken_by, 'reference', reference, 'reason', reason, 'told', told,
       'recipient', recipient)) AS row
     FROM paksa.page_delivery WHERE page LIKE ANY($1)`,
    [ids.map((id) => `page/${id}/%`)],
  );
  const recipients = await on.query<{ page: string; user_id: string }>(
    'SELECT page, user_id FROM paksa.page_recipient WHERE page LIKE ANY($1)',
    [ids.map((id) => `page/${id}/%`)],
  );
  const owed = await on.query<{ incident: string; page: PageRef }>(OWED, [ids, PAGE_AGE_MS]);
  return all.map((incident): Pictured => {
    const { id } = incident;
    const card = cards.rows.find(({ key }) => key === `incident/${id}`);
    return {
      incident,
      ...(card ? { card: { channel: card.channel, ts: card.ts } } : {}),
      owed: owed.rows.flatMap((each) => (each.incident === id ? [each.page] : [])),
      deliveries: deliveries.rows.flatMap((each) => (each.incident === id ? [each.row] : [])),
      recipients: Object.fromEntries(
        recipients.rows
          .filter(({ page }) => page.startsWith(`page/${id}/`))
          .map(({ page, user_id }) => [page, user_id]),
      ),
    };
  });
}

const OWED = `
  SELECT e.incident, effect -> 'page' AS page
    FROM paksa.event e, jsonb_array_elements(e.effects) effect
   WHERE e.incident = ANY($1) AND effect ->> 'do' = 'page'
     AND e.at > paksa.now() - $2 * interval '1 millisecond'
     AND NOT EXISTS (SELECT FROM paksa.event outcome
                      WHERE outcome.incident = e.incident AND outcome.seq > e.seq
                        AND outcome.type IN ('page-sent', 'page-failed', 'page-dropped')
                        AND outcome.event -> 'page' = effect -> 'page')
   ORDER BY e.at`;

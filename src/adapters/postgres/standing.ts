/** What kind of server this is at the moment, and who is connected to it. */
import { ownSession, ownSessions } from './activity.ts';
import type { Postgres } from './connect.ts';
import type { Connections, Standing } from './port.ts';

interface StandingRow {
  readonly version: string;
  readonly started_at: Date;
  readonly in_recovery: boolean;
  readonly lag: number | null;
  readonly read_only: boolean;
  readonly logs_to: Standing['logsTo'];
  readonly data_directory: string | null;
  readonly tablespaces: readonly string[];
}

/**
 * Whether new transactions are read-only is asked of the catalog: this session's own setting is as old as the session.
 * Nothing received that is not replayed is no lag, however long ago the last transaction was.
 */
const STANDING = `
  SELECT current_setting('server_version') AS version,
         pg_postmaster_start_time() AS started_at,
         pg_is_in_recovery() AS in_recovery,
         CASE WHEN NOT pg_is_in_recovery() THEN NULL
              WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
              ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
         END::float8 AS lag,
         coalesce(
           (SELECT split_part(setting, '=', 2)::bool
              FROM pg_db_role_setting s, unnest(s.setconfig) setting
             WHERE s.setrole = 0
               AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND setting LIKE 'default\\_transaction\\_read\\_only=%'),
           (SELECT reset_val::bool AND source NOT IN ('database', 'session')
              FROM pg_settings WHERE name = 'default_transaction_read_only')
         ) AS read_only,
         CASE WHEN current_setting('logging_collector')::bool THEN 'files'
              WHEN current_setting('log_destination') !~ 'stderr' THEN 'syslog' ELSE 'stderr' END AS logs_to,
         (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory,
         ARRAY(SELECT pg_tablespace_location(oid) FROM pg_tablespace
                WHERE pg_tablespace_location(oid) LIKE '/%' ORDER BY 1) AS tablespaces`;

export const readStanding = (db: Postgres, signal: AbortSignal): Promise<Standing> =>
  db.read({ operation: 'say how it stands', signal }, async (query) => {
    const [row] = await query<StandingRow>(STANDING);
    if (!row) throw new Error('a SELECT without FROM gave no row');
    return {
      version: row.version,
      startedAt: row.started_at,
      inRecovery: row.in_recovery,
      ...(row.lag === null ? {} : { replayLagSeconds: Math.max(row.lag, 0) }),
      readOnlyByDefault: row.read_only,
      logsTo: row.logs_to,
      tablespaces: row.tablespaces,
      ...(row.data_directory === null ? {} : { dataDirectory: row.data_directory }),
    };
  });

interface ConnectionsRow extends Omit<Connections, 'idleInTransaction' | 'byClient'> {
  readonly idle_in_transaction: number;
}

interface ClientRow {
  readonly application: string | null;
  readonly user: string | null;
  readonly address: string | null;
  readonly hidden: boolean;
  readonly own: boolean;
  readonly connections: number;
}

/** Of another role's session, PostgreSQL may hide even that it is a client's: its own processes have no database. */
const CLIENTS = `
  SELECT a.usename, a.application_name, a.client_addr, a.backend_type IS NULL AS hidden,
         a.state, ${ownSession('$1', '$2')} AS own
    FROM pg_stat_activity a
   WHERE a.backend_type = 'client backend'
      OR (a.backend_type IS NULL AND a.usesysid IS NOT NULL AND a.datid IS NOT NULL)`;

const COUNTS = `
  SELECT current_setting('max_connections')::int AS max,
         current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
         count(*)::int AS used,
         count(*) FILTER (WHERE own)::int AS own,
         count(*) FILTER (WHERE state IN ('active', 'fastpath function call') AND NOT own)::int AS active,
         count(*) FILTER (WHERE state = 'idle' AND NOT own)::int AS idle,
         count(*) FILTER (WHERE state LIKE 'idle in transaction%' AND NOT own)::int AS idle_in_transaction,
         count(*) FILTER (WHERE hidden)::int AS hidden
    FROM (${CLIENTS}) client`;

const BY_CLIENT = `
  SELECT application_name AS application, usename AS "user", host(client_addr) AS address, hidden, own,
         count(*)::int AS connections
    FROM (${CLIENTS}) client
   GROUP BY 1, 2, 3, 4, 5 ORDER BY connections DESC, 1, 2, 3 LIMIT 10`;

export const countConnections = (db: Postgres, signal: AbortSignal): Promise<Connections> =>
  db.read({ operation: 'count connections', signal }, async (query) => {
    const own = ownSessions(db);
    const [row] = await query<ConnectionsRow>(COUNTS, own);
    if (!row) throw new Error('count(*) gave no row');
    const clients = await query<ClientRow>(BY_CLIENT, own);
    const { idle_in_transaction: idleInTransaction, ...counts } = row;
    return { ...counts, idleInTransaction, byClient: clients.map(clientOf) };
  });

function clientOf({ application, user, address, hidden, own, connections }: ClientRow) {
  const from = address ?? (hidden ? 'an address that is not shown' : 'a local socket');
  const name = own ? 'Paksa’s own' : application || 'unnamed';
  return { client: `${name} (${user ?? 'unknown'}) from ${from}`, connections, own };
}

/** `SELECT 1`, with the connection made before the clock starts when there was none. */
export const ping = (db: Postgres, signal: AbortSignal): Promise<number> =>
  db.read({ operation: 'answer', signal }, async (query) => {
    const began = performance.now();
    await query('SELECT 1');
    return performance.now() - began;
  });

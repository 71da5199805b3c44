/**
 * The role whose password a secret of the cluster holds: who uses it, whether Paksa may change it, whether it is let in, and a
 * new password. Of that, only what PostgreSQL keeps of it is ever in a statement.
 */
import pg from 'pg';
import { AdapterError, type AdapterFault } from '../../errors.ts';
import type { DatabaseSecret } from '../kubernetes/port.ts';
import { HIDDEN, ownSession, ownSessions } from './activity.ts';
import type { Postgres } from './connect.ts';
import { forbidden, requireStatistics } from './permission.ts';
import type { HeldRole, PasswordTrial, ReadLogin, RoleLogin } from './port.ts';
import type { Query } from './query.ts';
import { isPrepared, scramVerifier } from './scram.ts';

const OPERATION = 'change the password of a role';

interface RoleRow {
  readonly superuser: boolean;
  readonly can_log_in: boolean;
  readonly is_own: boolean;
  readonly keeps_state: boolean;
  readonly has_database: boolean;
  readonly in_recovery: boolean;
  readonly needs_superuser: boolean;
  readonly needs_createrole: boolean;
  readonly needs_admin: boolean;
  readonly hidden: boolean;
}

/** As ALTER ROLE decides: before 16, CREATEROLE is enough for every role that is neither superuser nor replicates. */
const ROLE = `
  SELECT r.rolsuper AS superuser, r.rolcanlogin AS can_log_in, r.rolname = session_user AS is_own,
         EXISTS (SELECT FROM pg_stat_activity a
                  WHERE a.usesysid = r.oid AND a.application_name = ANY($2::text[])) AS keeps_state,
         $3::text IS NULL OR EXISTS (SELECT FROM pg_database WHERE datname = $3) AS has_database,
         pg_is_in_recovery() AS in_recovery,
         NOT me.rolsuper AND (r.rolsuper OR r.rolreplication AND NOT is_16) AS needs_superuser,
         NOT me.rolsuper AND NOT me.rolcreaterole AS needs_createrole,
         is_16 AND NOT pg_has_role(me.oid, r.oid, 'USAGE WITH ADMIN OPTION') AS needs_admin,
         EXISTS (SELECT FROM pg_stat_activity a WHERE ${HIDDEN}) AS hidden
    FROM pg_roles r, pg_roles me, (SELECT current_setting('server_version_num')::int >= 160000) v(is_16)
   WHERE r.rolname = $1 AND me.rolname = current_user`;

const CLIENTS = `
  SELECT coalesce(nullif(a.application_name, ''), 'unnamed') || ' from '
           || coalesce(host(a.client_addr), 'a local socket') AS client,
         count(*)::int AS connections, sum(count(*)) OVER ()::int AS sessions
    FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
   WHERE r.rolname = $3 AND NOT ${ownSession('$1', '$2')}
   GROUP BY 1 ORDER BY connections DESC, 1 LIMIT 10`;

/** @throws AdapterError not-found, refused, forbidden: why Paksa cannot give it a password */
export async function readHeldRole(
  db: Postgres,
  readLogin: ReadLogin,
  secret: DatabaseSecret,
  signal: AbortSignal,
): Promise<HeldRole> {
  const login = await readLogin(secret, signal);
  return db.read({ operation: OPERATION, signal }, (query) => roleOf(db, query, secret, login));
}

async function roleOf(
  db: Postgres,
  query: Query,
  secret: DatabaseSecret,
  { user, password, address }: RoleLogin,
): Promise<HeldRole> {
  const [row] = await query<RoleRow>(ROLE, [user, db.stateNames(), address?.database || null]);
  requireChangeable(db, secret, { user, database: address?.database ?? '' }, row);
  const clients = await query<{ client: string; connections: number; sessions: number }>(CLIENTS, [
    ...ownSessions(db),
    user,
  ]);
  return {
    name: user,
    superuser: row.superuser,
    sessions: clients[0]?.sessions ?? 0,
    byClient: clients.map(({ client, connections }) => ({ client, connections })),
    canBeGiven: isPrepared(password),
    ...(address ? { address } : {}),
  };
}

function requireChangeable(
  db: Postgres,
  { name: secret }: DatabaseSecret,
  { user, database }: { readonly user: string; readonly database: string },
  row: RoleRow | undefined,
): asserts row is RoleRow {
  const { host, port } = db.where();
  const role = pg.escapeIdentifier(user);
  if (!row?.has_database)
    throw refuse(
      `PostgreSQL at ${host}:${port} has no ${row ? `database “${database}”` : `role “${user}”`}, which the secret ${secret} names: it is for another server. Point postgres.urlEnv to that one, or change the password there by hand`,
      'not-found',
    );
  if (row.in_recovery)
    throw refuse(
      `PostgreSQL at ${host}:${port} is a standby, which takes no changes: point postgres.urlEnv to its primary`,
    );
  if (row.is_own || row.keeps_state)
    throw refuse(
      `Paksa itself logs in as “${user}” (${row.is_own ? 'postgres.urlEnv' : 'DATABASE_URL'}), and would lock itself out. Give Paksa a role of its own, or change it by hand: \\password ${role}, then the secret ${secret} and Paksa’s own variable`,
    );
  if (!row.can_log_in)
    throw refuse(
      `“${user}” may not log in (NOLOGIN), with whatever password. If that is not meant: ALTER ROLE ${role} LOGIN`,
    );
  const lacks = (why: string, remedy: (own: string) => string) =>
    forbidden(OPERATION, db.where(), why, remedy);
  if (row.needs_superuser)
    throw lacks(
      `“${user}” is a role that only a superuser may change`,
      () => `Change it by hand, as a superuser: \\password ${role}, then the secret ${secret}`,
    );
  if (row.needs_createrole || row.needs_admin)
    throw lacks(`that of “${user}” is not its to change`, (own) =>
      [
        ...(row.needs_createrole ? [`ALTER ROLE ${own} CREATEROLE`] : []),
        ...(row.needs_admin ? [`GRANT ${role} TO ${own} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`] : []),
      ].join('; '),
    );
  requireStatistics(row.hidden, OPERATION, db.where());
}

export async function setPassword(
  db: Postgres,
  readLogin: ReadLogin,
  secret: DatabaseSecret,
  signal: AbortSignal,
): Promise<void> {
  const login = await readLogin(secret, signal);
  const role = pg.escapeIdentifier(login.user);
  if (!isPrepared(login.password))
    throw refuse(
      `The password in the secret ${secret.name} has characters that can be written in more than one way, which programs may read differently: set it by hand, by \\password ${role}`,
    );
  const verifier = await scramVerifier(login.password);
  await db.change({ operation: OPERATION, signal }, async (query) => {
    await roleOf(db, query, secret, login);
    await query(`ALTER ROLE ${role} PASSWORD ${pg.escapeLiteral(verifier)}`);
  });
}

/** Where the server asks for no password, being let in says nothing of it. */
export async function tryPassword(
  db: Postgres,
  readLogin: ReadLogin,
  secret: DatabaseSecret,
  signal: AbortSignal,
): Promise<PasswordTrial> {
  const { user: role, password, address } = await readLogin(secret, signal);
  const database = address?.database || undefined;
  const login = await db.loginAs(
    { login: { user: role, password }, ...(database ? { database } : {}) },
    signal,
  );
  const { host, port } = db.where();
  if (!login.ok && login.code === '28P01') return { role, isLetIn: 'no' };
  if (!login.ok) return { role, isLetIn: 'unknown', why: login.message };
  if (login.wasAsked) return { role, isLetIn: 'yes' };
  const why = `PostgreSQL at ${host}:${port} lets “${role}” in from here without asking for a password (pg_hba.conf)`;
  return { role, isLetIn: 'unknown', why };
}

const refuse = (why: string, fault: AdapterFault = 'refused'): AdapterError =>
  new AdapterError(`${why}.`, { system: 'postgres', operation: OPERATION, fault, retryable: false });

/**
 * Where a connection string points, without its password. Read as its users do (libpq's URIs, SQLAlchemy's
 * `postgresql+driver`, redis-py's), which take passwords that a strict URL parser refuses.
 */
import type { ServerAddress } from './port.ts';

const ADDRESS =
  /^(?<scheme>postgres(?:ql)?(?:\+[a-z0-9]+)?|rediss?):\/\/(?:(?<credentials>[^/]*)@)?(?:\[(?<ipv6>[0-9a-f:.%]+)\]|(?<host>[^:/?#@[\]]*))(?::(?<port>\d{1,5}))?(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?$/i;

const DEFAULT_PORTS = { postgres: 5432, redis: 6379 };

/** Absent for what is no address of PostgreSQL or Redis, or one that says no host. */
export function parseAddress(value: string): ServerAddress | undefined {
  const parts = ADDRESS.exec(value.trim())?.groups;
  if (parts === undefined) return undefined;
  try {
    return read(parts);
  } catch {
    // decodeURIComponent: a stray percent sign
    return undefined;
  }
}

function read(parts: Record<string, string | undefined>): ServerAddress | undefined {
  const scheme = (parts.scheme ?? '').toLowerCase();
  const isRedis = scheme.startsWith('redis');
  // libpq takes parameters in place of the parts, such as `?host=/run/postgresql`.
  const query = new URLSearchParams(isRedis ? '' : parts.query);
  const host = query.get('host') || parts.ipv6 || decode(parts.host);
  const port = Number(query.get('port') || parts.port || DEFAULT_PORTS[isRedis ? 'redis' : 'postgres']);
  if (host === '' || !(port >= 1 && port <= 65_535)) return undefined;
  const credentials = parts.credentials ?? '';
  const colon = credentials.indexOf(':');
  const sslMode = query.get('sslmode');
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  return {
    scheme,
    host,
    port,
    user: query.get('user') ?? decode(colon < 0 ? credentials : credentials.slice(0, colon)),
    database: query.get('dbname') ?? decode(parts.database),
    hasPassword: password !== '' || Boolean(query.get('password')),
    ...(sslMode ? { sslMode } : {}),
  };
}

const decode = (text: string | undefined): string => decodeURIComponent(text ?? '');

/**
 * Where a connection string points, without its password. Read as its users do (libpq's URIs, SQLAlchemy's
 * `postgresql+driver`, redis-py's), which take passwords that a strict URL parser refuses.
 */
import type { ServerAddress, ServerPlace } from './port.ts';

/** With where each part is written. */
export const ADDRESS =
  /^(?<scheme>postgres(?:ql)?(?:\+[a-z0-9]+)?|rediss?):\/\/(?:(?<credentials>[^/]*)@)?(?<places>[^/?#@]*)(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?$/di;

/** One of a list: a name or an address, and its port. */
const PLACE = /^(?:\[(?<ipv6>[0-9a-f:.%]+)\]|(?<host>[^:[\]]*))(?::(?<port>\d{1,5}))?$/i;

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
  const [first, ...others] = placesOf(
    query.getAll('host').join(',') || decode(parts.places),
    query.get('port') ?? '',
    DEFAULT_PORTS[isRedis ? 'redis' : 'postgres'],
  );
  if (!first || (isRedis && others.length > 0)) return undefined;
  const credentials = parts.credentials ?? '';
  const colon = credentials.indexOf(':');
  const sslMode = query.get('sslmode');
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  return {
    scheme,
    ...first,
    ...(others.length > 0 ? { others } : {}),
    user: query.get('user') ?? decode(colon < 0 ? credentials : credentials.slice(0, colon)),
    database: query.get('dbname') ?? decode(parts.database),
    hasPassword: password !== '' || Boolean(query.get('password')),
    ...(sslMode ? { sslMode } : {}),
  };
}

/** None, when one of them is none. libpq takes a list of ports beside that of hosts, or one port for all of them. */
function placesOf(hosts: string, ports: string, usual: number): readonly ServerPlace[] {
  const listed = ports.split(',');
  const places = hosts.split(',').map((text, index): ServerPlace | undefined => {
    const isSocket = text.startsWith('/');
    const { ipv6, host = '', port } = (isSocket ? undefined : PLACE.exec(text)?.groups) ?? {};
    const name = isSocket ? text : (ipv6 ?? host);
    const number = Number((listed.length === 1 ? listed[0] : listed[index]) || port || usual);
    return name !== '' && number >= 1 && number <= 65_535 ? { host: name, port: number } : undefined;
  });
  const known = places.filter((place) => place !== undefined);
  return known.length === places.length ? known : [];
}

const decode = (text: string | undefined): string => decodeURIComponent(text ?? '');

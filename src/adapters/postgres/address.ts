/** The configured URL as `pg` wants it: TLS as libpq reads `sslmode`, Paksa's own name, and what a message may tell of it. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { AdapterError, messageOf } from '../../errors.ts';
import { ownName } from './own-name.ts';
import type { PostgresSettings } from './port.ts';

const CONNECT_MS = 5_000;

export interface Address {
  readonly where: PostgresSettings;
  readonly config: pg.ClientConfig;
  /** With `sslmode=prefer`: the same without TLS, for a server that has none. */
  readonly plain?: pg.ClientConfig;
}

/** What differs from the configured address, on the same server. */
export interface As {
  readonly database?: string;
  readonly login?: { readonly user: string; readonly password: string };
}

/** @throws AdapterError not-configured, without the URL, which holds the password */
export function readAddress(text: string, { database, login }: As = {}): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol))
    throw unusable('is not of the form postgresql://user:password@host:5432/database');
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  if (login !== undefined) logInAs(url, login);
  const named = (mode: string | null) => ({ ...configOf(url, mode), application_name: ownName(text) });
  const config = named(url.searchParams.get('sslmode'));
  const where = readWhere(config);
  return url.searchParams.get('sslmode') === 'prefer'
    ? { where, config, plain: named('disable') }
    : { where, config };
}

function logInAs(url: URL, { user, password }: NonNullable<As['login']>): void {
  for (const name of ['user', 'password']) url.searchParams.delete(name);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
}

function readWhere(config: pg.ClientConfig): PostgresSettings {
  try {
    const { host, port, user = '', database = user } = new pg.Client(config);
    return { host, port, user, database };
  } catch {
    throw unusable('cannot be read: percent-encode what is special in its user and password');
  }
}

function configOf(given: URL, mode: string | null): pg.ClientConfig {
  const url = new URL(given);
  url.searchParams.delete('application_name');
  const authorities = url.searchParams.get('sslrootcert');
  switch (mode) {
    case null:
      break;
    case 'disable':
    case 'allow':
      // libpq's `allow` takes TLS only from a server that insists; that server's refusal says what to set.
      for (const name of ['sslmode', 'sslrootcert', 'sslcert', 'sslkey']) url.searchParams.delete(name);
      url.searchParams.set('sslmode', 'disable');
      break;
    case 'no-verify':
      url.searchParams.set('sslmode', 'require');
      url.searchParams.delete('sslrootcert');
      break;
    case 'verify-ca':
      if (authorities === null) throw unusable('has sslmode=verify-ca without sslrootcert: name the file');
      break;
    case 'prefer':
    case 'require':
    case 'verify-full':
      break;
    default:
      throw unusable(
        'has an sslmode that PostgreSQL does not know: use disable, prefer, require, verify-ca or verify-full',
      );
  }
  // `pg` alone takes `require` for `verify-full`; this makes it mean what it means to psql.
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true');
  requireFiles(url);
  const config: pg.ClientConfig = {
    connectionString: url.href,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
  };
  return config;
}

function requireFiles(url: URL): void {
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = url.searchParams.get(name);
    if (path === null) continue;
    try {
      readFileSync(path);
    } catch (error) {
      throw unusable(`names the file ${path} as ${name}, which cannot be read (${messageOf(error)})`);
    }
  }
}

const unusable = (why: string): AdapterError =>
  new AdapterError(`The address in the variable that postgres.urlEnv names ${why}.`, {
    system: 'postgres',
    operation: 'connect',
    fault: 'not-configured',
    retryable: false,
  });

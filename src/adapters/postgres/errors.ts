/** What PostgreSQL or the network answered, as a sentence that says the next step. Never a password, never a row. */
import pg from 'pg';
import { AdapterError, messageOf } from '../../errors.ts';
import { missingPrivilege } from './permission.ts';
import type { PostgresSettings } from './port.ts';
import { noServer, type Reading } from './unreachable.ts';

export interface Failed {
  readonly operation: string;
  readonly where: PostgresSettings;
  readonly signal: AbortSignal;
  /** Whether it would have changed something: then an outcome that is not known is not tried again. */
  readonly changes: boolean;
}

export function translate(error: unknown, failed: Failed): AdapterError {
  if (error instanceof AdapterError) return error;
  const { fault, says, passes = false, unknown = false } = read(error, failed);
  return new AdapterError(says, {
    system: 'postgres',
    operation: failed.operation,
    fault,
    retryable: passes && !(unknown && failed.changes),
    cause: withoutRows(error),
  });
}

/** The server's five characters, Node's code, or what stands for it where `pg` has only words. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'string' && code !== '') return code;
  const text = messageOf(error);
  if (/timeout/i.test(text)) return 'ETIMEDOUT';
  if (/terminated|ended|not queryable/i.test(text)) return 'ECONNRESET';
  return saysNoTls(error) ? 'EPROTO' : 'UNKNOWN';
}

/** `pg`'s words for a server that answered no to a request for TLS. */
export const saysNoTls = (error: unknown): boolean => /does not support SSL/.test(messageOf(error));

function read(error: unknown, failed: Failed): Reading {
  if (failed.signal.aborted) return stopped(failed);
  const { where } = failed;
  const at = `PostgreSQL at ${where.host}:${where.port}`;
  const code = codeOf(error);
  return (
    noServer(code, where) ??
    noEntry(code, at, where, messageOf(error)) ??
    noLeave(code, at, failed, messageOf(error)) ?? {
      fault: 'refused',
      says: `${at} refused to ${failed.operation} (${code}): ${messageOf(error)}. The server’s log has the statement and the context.`,
    }
  );
}

function stopped({ signal, operation, where, changes }: Failed): Reading {
  const inTime = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  const what = inTime
    ? `PostgreSQL at ${where.host}:${where.port} did not ${operation} in time`
    : `The database was told to stop before it could ${operation}`;
  const next = changes ? 'look at what is there before trying again' : 'look at its load and its locks';
  return { fault: 'timed-out', says: `${what}: ${next}.`, passes: true, unknown: true };
}

/** The server answered, and did not let Paksa in. */
function noEntry(code: string, at: string, where: PostgresSettings, text: string): Reading | undefined {
  const refused = (says: string, passes = false): Reading => ({ fault: 'refused', says, passes });
  switch (code) {
    case '28P01':
      return refused(
        `${at} refused the password of “${where.user}” (28P01): correct it in the variable that postgres.urlEnv names.`,
      );
    case '28000':
      return refused(
        `${at} does not let “${where.user}” in (28000): ${text}. Check pg_hba.conf, the role, and sslmode in the address.`,
      );
    case '3D000':
      return refused(
        `${at} has no database “${where.database}” (3D000): correct the address, create it, or restore it from a backup.`,
      );
    case '53300':
      return refused(`${at} has no connection left (53300: ${text}). ${roomFor(text, where)}.`, true);
    case '57P03':
      return refused(
        `${at} takes no connections yet (57P03): ${text}. Wait for it, or look at its log.`,
        true,
      );
    case '55000':
      return /not currently accepting connections/.test(text)
        ? refused(`${at} takes no connections (55000): ${text}. Set its datallowconn in pg_database.`)
        : undefined;
    default:
      return undefined;
  }
}

/** What lets Paksa in again, and keeps it in: an ordinary role shares its connections with the applications. */
function roomFor(text: string, { user, database }: PostgresSettings): string {
  const role = pg.escapeIdentifier(user);
  const [, whose] = /too many connections for (role|database)/.exec(text) ?? [];
  if (whose !== undefined)
    return `End idle sessions of that ${whose}, or raise its CONNECTION LIMIT with ALTER ${whose.toUpperCase()} ${whose === 'role' ? role : pg.escapeIdentifier(database)}`;
  return `End idle sessions as a superuser, for whom superuser_reserved_connections are kept. From PostgreSQL 16 on, reserved_connections and GRANT pg_use_reserved_connections TO ${role} keep some for Paksa`;
}

/** Let in, and not allowed, not in time, or not now. */
function noLeave(code: string, at: string, failed: Failed, text: string): Reading | undefined {
  const { operation, where, changes } = failed;
  switch (code) {
    case '42501':
      return {
        fault: 'forbidden',
        says: `“${where.user}” may not ${operation} (42501: ${text}): ${missingPrivilege(text, where, changes)}.`,
      };
    case '57014':
      return {
        fault: 'timed-out',
        says: `${at} did not ${operation} in time (57014: ${text}): look at its load and its locks.`,
        passes: true,
      };
    case '55P03':
      return {
        fault: 'timed-out',
        says: `Another session holds a lock that is needed to ${operation} (55P03): look at who blocks, and try again.`,
        passes: true,
      };
    case '57P01':
    case '57P02':
    case '57P05':
    case '25P03':
      return {
        fault: 'unreachable',
        says: `${at} ended the session (${code}: ${text}): look at whether it is restarting, and at its log.`,
        passes: true,
        unknown: true,
      };
    case '25006':
    case '0A000':
      return code === '25006' || /recovery/.test(text)
        ? {
            fault: 'refused',
            says: `${at} takes no changes (${code}: ${text}): point the address at the primary, or make the database writable again.`,
          }
        : undefined;
    case '40001':
    case '40P01':
      return {
        fault: 'failed',
        says: `${at} stopped to ${operation} in favour of another session (${code}): try again.`,
        passes: true,
      };
    case '53100':
      return { fault: 'failed', says: `The disk of ${at} is full (53100): free some of it first.` };
    default:
      return undefined;
  }
}

/** The message and its code: the driver's error also carries detail and context, in which PostgreSQL quotes rows. */
function withoutRows(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return Object.assign(new Error(error.message), { name: error.name, code: codeOf(error) });
}

/** The database and its sessions, as several topics see them. */
import type { CheckContext } from '../../src/runbook/tools.ts';
import { short, span } from './words.ts';

export type Session = Awaited<ReturnType<CheckContext['postgres']['sessions']>>[number];
export type Connections = Awaited<ReturnType<CheckContext['postgres']['connections']>>;

/** From here on somebody has to look: the guide ends queries at five minutes. */
export const LONG_SECONDS = 5 * 60;

export const databaseOf = ({ target }: CheckContext) => {
  if (!target.postgres) throw new Error('a check ran without what it needs');
  return target.postgres;
};

/** `postgres:5432`. */
export const placeOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  host.startsWith('/') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** A client of this database: neither the server's workers and replication, nor Paksa's, nor another application's. */
export const isClient = ({ kind, own, elsewhere }: Session): boolean =>
  kind === 'client backend' && !own && !elsewhere;

export const isIdleInTransaction = ({ state }: Session): boolean => state.startsWith('idle in transaction');

/** Backups and maintenance take their time, and ending them helps nobody. The head of a parallel dump idles in its transaction. */
export const isMaintenance = ({ application, state, query }: Session): boolean =>
  /^pg_(dump|dumpall|restore|basebackup)\b/.test(application) ||
  (state === 'active' && /^\s*(VACUUM|ANALYZE|REINDEX|CREATE\s+(UNIQUE\s+)?INDEX|COPY)\b/i.test(query));

export const byLongest = (sessions: readonly Session[]): readonly Session[] =>
  [...sessions].sort((a, b) => b.seconds - a.seconds);

/** `paksa-backend (paksa)`. */
export const clientOf = ({ application, user }: Session): string =>
  application === '' ? user : `${application} (${user})`;

/** The first 80 characters, on one line. */
export const statementOf = ({ query }: Session): string => short(query.replace(/\s+/g, ' ').trim(), 80);

/** One line: who, what, for how long, and the beginning of the statement. */
export const sessionLine = (session: Session, most = 120): string => {
  const { pid, state, seconds } = session;
  const statement = statementOf(session);
  const doing = statement === '' ? '' : `: ${statement}`;
  const where = session.elsewhere ? ` of the database ${session.database}` : '';
  return short(`pid ${pid} ${clientOf(session)}${where}, ${state} for ${span(seconds * 1000)}${doing}`, most);
};

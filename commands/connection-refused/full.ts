/** Nobody is let in any more (SQLSTATE 53300): whose limit that is, and what lets somebody in again. */
import type { databaseOf } from '../parts/database.ts';

type Database = ReturnType<typeof databaseOf>;

export const FULL = '53300';

/** `says`: the server's own words, in which a limit of one role or database differs from the server's. */
export function fullOf({ user, database }: Database, says: string): { means: string; next: string } {
  const [, whose] = /too many connections for (role|database)/.exec(says) ?? [];
  if (whose !== undefined)
    return {
      means: `“${whose === 'role' ? user : database}” has as many connections as it may`,
      next: `end those that do nothing, or raise its CONNECTION LIMIT with ALTER ${whose.toUpperCase()}`,
    };
  return {
    means: 'every connection is taken',
    next: `end sessions that do nothing as a superuser, for whom superuser_reserved_connections are kept, and see whose pool is too large. From PostgreSQL 16 on, reserved_connections and GRANT pg_use_reserved_connections keep some for “${user}”`,
  };
}

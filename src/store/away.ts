/** Tells a database that is away from one that answers with an error: only the first makes a replica go on by itself. */
import pg from 'pg';
import { DatabaseAway } from '../engine/alone.ts';
import { messageOf } from '../errors.ts';

/**
 * Connection exceptions; a server that stops, starts or recovers; one that cannot be written to: full, or a standby.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const STATES = /^(08...|57P0[1-5]|53100|25006)$/;
/** What `pg` itself says of a connection that is gone or silent; Node's socket errors have a code instead. */
const WORDS =
  /terminated|timeout|timed out|connection error|not queryable|Connection ended|Client was closed/i;

export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseAway) return true;
  if (error instanceof pg.DatabaseError) return STATES.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (typeof code === 'string' && /^E[A-Z]+$/.test(code)) || WORDS.test(error.message);
}

/** @throws DatabaseAway in place of what says so */
export async function orAway<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw isAway(error) ? new DatabaseAway(messageOf(error), { cause: error }) : error;
  }
}

/** The same, and away after so many milliseconds: a frozen server neither answers nor refuses. */
export async function withinMs<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DatabaseAway(`no answer within ${ms / 1000} s`)), ms);
  // Who is late fails on its own, heard by nobody.
  work.catch(() => undefined);
  try {
    return await Promise.race([orAway(work), late]);
  } finally {
    clearTimeout(timer);
  }
}

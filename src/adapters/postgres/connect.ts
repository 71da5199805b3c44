/**
 * The system's database, connected to on first use. Reads happen in a read-only transaction, changes in one that is
 * rolled back when anything fails, and what PostgreSQL wants outside of a transaction on a connection of its own.
 */
import { type Address, type As, readAddress } from './address.ts';
import { type Connections, connectOnce, type Lease, openConnections } from './connection.ts';
import { translate } from './errors.ts';
import { attemptLogin } from './login.ts';
import { ownName } from './own-name.ts';
import type { Login, PostgresSettings } from './port.ts';
import { type Query, runScript, withQuery } from './query.ts';

export type { Query } from './query.ts';

export interface Call {
  /** What is being done, as a verb: “list sessions”. */
  readonly operation: string;
  readonly signal: AbortSignal;
  /** After which the server gives up on a statement; 5 s when unset, 0 for never. */
  readonly statementMs?: number;
  /** After which it gives up waiting for a lock; 1 s when unset. */
  readonly lockMs?: number;
  /** After which all of it is given up, in milliseconds; 60 s when unset. */
  readonly deadlineMs?: number;
  /** Another database of the same server. */
  readonly database?: string | undefined;
}

/** @throws AdapterError */
type Run = <T>(call: Call, work: (query: Query) => Promise<T>) => Promise<T>;

export interface Postgres {
  /** In a transaction that cannot write, with nothing but `pg_catalog` on its search path. */
  readonly read: Run;
  /** In one that can, committed at the end. The server may be read-only by default: this is not. */
  readonly change: Run;
  /** In a read-only transaction, for what acts all the same: ending a session is no write. */
  readonly act: Run;
  /** Outside of a transaction, on a connection of its own. */
  readonly alone: Run;
  login(signal: AbortSignal): Promise<Login>;
  /** The same as another role, which the server may let in without asking for its password. */
  loginAs(as: As, signal: AbortSignal): Promise<Login & { readonly wasAsked: boolean }>;
  /** @throws AdapterError not-configured */
  where(): PostgresSettings;
  /** Server processes that belong to this. */
  ownPids(): readonly number[];
  /** What this and Paksa's other replicas are called, and what they keep their own state by. */
  ownNames(): readonly string[];
  /** Of those, what Paksa keeps its own state by. */
  stateNames(): readonly string[];
  /** Lets go of every connection. It may be used again, and connects anew. */
  close(): Promise<void>;
}

interface Opened {
  readonly address: Address;
  readonly connections: Connections;
}

type Wrap = <T>(query: Query, lease: Lease, work: (query: Query) => Promise<T>) => Promise<T>;

const STATEMENT_MS = 5_000;
const LOCK_MS = 1_000;
const DEADLINE_MS = 60_000;

/**
 * `state`: what Paksa keeps its own state by, where that is in a database of the system.
 * `partner`: what its sessions of another role are called.
 */
export function openPostgres(
  url: () => string,
  state: readonly string[] = [],
  partner: () => readonly string[] = () => [],
): Postgres {
  let opened: Opened | undefined;
  const open = (): Opened => {
    if (opened) return opened;
    const address = readAddress(url());
    opened = { address, connections: openConnections(address) };
    return opened;
  };
  const runner =
    (changes: boolean, shared: boolean, wrap: (call: Call) => Wrap): Run =>
    async (call, work) => {
      const { address, connections } = open();
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(call.deadlineMs ?? DEADLINE_MS)]);
      const at = call.database === undefined ? address : readAddress(url(), { database: call.database });
      const failed = { operation: call.operation, where: at.where, signal, changes };
      try {
        const lease = await (shared && at === address ? connections.borrow(signal) : connectOnce(at, signal));
        return await lend(lease, signal, (query) => wrap(call)(query, lease, work));
      } catch (error) {
        throw translate(error, failed);
      }
    };

  return {
    read: runner(false, true, (call) => inTransaction('READ ONLY', 'ROLLBACK', call)),
    change: runner(true, true, (call) => inTransaction('READ WRITE', 'COMMIT', call)),
    act: runner(true, true, (call) => inTransaction('READ ONLY', 'COMMIT', call)),
    alone: runner(true, false, withoutTransaction),
    login: async (signal) => attemptLogin(open().address, signal),
    loginAs: async (as, signal) => attemptLogin(readAddress(url(), as), signal),
    where: () => open().address.where,
    ownNames: () => [ownName(url()), ...partner(), ...state],
    stateNames: () => state,
    ownPids: () => (opened ? [...opened.connections.pids] : []),
    close: async () => {
      const closing = opened;
      opened = undefined;
      await closing?.connections.close();
    },
  };
}

async function lend<T>(lease: Lease, signal: AbortSignal, work: (query: Query) => Promise<T>): Promise<T> {
  let inDoubt = true;
  try {
    const result = await withQuery(lease.client, signal, work);
    inDoubt = false;
    return result;
  } catch (error) {
    // Whatever failed inside a transaction has been rolled back; a connection that cannot even do that is gone.
    inDoubt = signal.aborted || lease.client.getTransactionStatus() !== 'I';
    throw error;
  } finally {
    lease.release(inDoubt);
  }
}

function inTransaction(mode: 'READ ONLY' | 'READ WRITE', end: 'COMMIT' | 'ROLLBACK', call: Call): Wrap {
  return async (query, { client }, work) => {
    const { statementMs = STATEMENT_MS, lockMs = LOCK_MS } = call;
    await runScript(client, [
      `BEGIN ${mode}`,
      `SET LOCAL statement_timeout = ${statementMs}`,
      `SET LOCAL lock_timeout = ${lockMs}`,
      // Paksa's process may be stopped in the middle of it.
      'SET LOCAL idle_in_transaction_session_timeout = 60000',
      // Rows that a policy hides are not missing: PostgreSQL refuses then, instead of counting too few.
      'SET LOCAL row_security = off',
      'SET LOCAL search_path = pg_catalog',
      'SET LOCAL datestyle = ISO',
    ]);
    try {
      const result = await work(query);
      await query(end);
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };
}

function withoutTransaction({ statementMs = 0, lockMs = LOCK_MS }: Call): Wrap {
  return async (query, { client }, work) => {
    await runScript(client, [
      `SET statement_timeout = ${statementMs}`,
      `SET lock_timeout = ${lockMs}`,
      'SET default_transaction_read_only = off',
      'SET search_path = pg_catalog',
    ]);
    return work(query);
  };
}

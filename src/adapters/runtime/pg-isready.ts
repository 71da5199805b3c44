/** The guide's `pg_isready`: whether the PostgreSQL in a replica accepts connections, which an open port does not say. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst } from './by-first.ts';
import type { Reach } from './port.ts';

const TIMEOUT_S = 5;

/** Asked where the server's own clients ask: its socket, unless the replica's environment says otherwise. */
export async function pgIsReady(exec: Exec, replica: string, signal: AbortSignal): Promise<Reach> {
  const outcome = await byFirst([{ command: ['pg_isready', '-t', String(TIMEOUT_S)], read }], {
    exec,
    replica,
    operation: 'ask pg_isready',
    signal,
  });
  return { replica, ...outcome };
}

/** https://www.postgresql.org/docs/current/app-pg-isready.html, “Exit Status”. */
function read({ exitCode }: ExecResult): Omit<Reach, 'replica'> | undefined {
  switch (exitCode) {
    case 0:
      return { reached: true, detail: 'accepts connections' };
    case 1:
      return { reached: false, detail: 'refuses connections: it is starting, stopping or recovering' };
    case 2:
      return { reached: false, detail: 'does not answer' };
    default:
      return undefined;
  }
}

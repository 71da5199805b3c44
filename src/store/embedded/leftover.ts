/** A server whose supervisor was killed lives on and keeps the data locked: it is stopped before another is started. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { ifAbsent, type Place } from './place.ts';
import { addressOf } from './server.ts';

const STOPS_WITHIN_MS = 10_000;

/** Call only as the place's supervisor: nobody else has a server there that is meant to run. */
export async function stopLeftover(place: Place): Promise<void> {
  const lines = (await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(ifAbsent))?.split('\n');
  const pid = Number(lines?.[0]);
  const port = Number(lines?.[3]);
  // The file outlives a power cut, and process ids are used again: a signal only to who lets us in to this very data.
  if (!pid || !port || !isAlive(pid) || !(await servesData(place, port))) return;
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + STOPS_WITHIN_MS;
  while (isAlive(pid) && performance.now() < deadline) await wait(25);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function servesData(place: Place, port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: addressOf(port, place.password, 'postgres'),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === place.data;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The folder of one replica's spool: several processes on one machine have one each, and who starts again gets one that was left
 * behind. A socket holds it, which the kernel lets go of however its process ended.
 */
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

export interface Place {
  readonly folder: string;
  release(): Promise<void>;
}

const MOST = 100;
const SOCKET = 'in-use';

/** What a replica that did not live to take it over has left comes first. @throws when the disk refuses */
export async function takePlace(parent: string): Promise<Place> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const found = (await readdir(parent))
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
  const owing: string[] = [];
  for (const name of found) if ((await readdir(join(parent, name))).includes('spool.jsonl')) owing.push(name);
  const names = [...owing, ...found, ...Array.from({ length: MOST }, (_, index) => String(index + 1))];
  for (const name of new Set(names)) {
    const folder = join(parent, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const release = await hold(join(folder, SOCKET));
    if (release) return { folder, release };
  }
  throw new Error(`all ${MOST} places in ${parent} are in use`);
}

/** Undefined when somebody lives who holds it. */
async function hold(path: string): Promise<Place['release'] | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const server = createServer((socket) => socket.destroy());
    if (await listens(server, path)) {
      // Holding it must not keep the process alive.
      server.unref();
      return async () => {
        server.close();
      };
    }
    if (await isAlive(path)) return undefined;
    await rm(path, { force: true });
  }
  return undefined;
}

async function listens(server: Server, path: string): Promise<boolean> {
  server.listen(path);
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

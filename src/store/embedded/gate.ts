/**
 * How several processes share one server: its supervisor listens on 127.0.0.1, and whoever uses the server holds a
 * connection. The kernel closes it when they die, by SIGKILL too, so that the supervisor always knows who is left.
 */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ifAbsent, type Place, writeOnce } from './place.ts';

/** The server's first start takes a second; a recovery after a crash may take longer. */
const ANSWER_WITHIN_MS = 60_000;
const GREET_WITHIN_MS = 5_000;

const gateFile = ({ home }: Place): string => join(home, 'supervisor.json');
const written = z.object({ port: z.number() });
const answer = z.object({ port: z.number() });

export interface Gate {
  /** Tells everyone who holds or will hold where the server is. */
  admit(port: number): void;
  /** Settles when nobody holds. Asked before anybody does, it settles at once. */
  deserted(): Promise<void>;
  /** Lets nobody in any more. */
  shut(): Promise<void>;
  /** Lets those go who wait for the server's end. */
  dismiss(): void;
}

/** Becomes the place's supervisor. Undefined when it has one that answers. */
export async function openGate(place: Place): Promise<Gate | undefined> {
  const holding = new Set<Socket>();
  const leaving = new Set<Socket>();
  const admitted = Promise.withResolvers<number>();
  let onDeserted = () => {};

  const enter = async (socket: Socket): Promise<void> => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(GREET_WITHIN_MS, () => socket.destroy());
    const line = await firstLine(socket);
    if (line === undefined || !sameText(line, place.password)) return void socket.destroy();
    socket.setTimeout(0);
    holding.add(socket);
    // The last to leave waits until the server is down: its end of the connection stays open until `dismiss`.
    if (socket.readableEnded || socket.destroyed) return leave(socket);
    const left = () => leave(socket);
    once(socket, 'end').then(left, left);
    socket.write(`${JSON.stringify({ port: await admitted.promise })}\n`);
  };
  const leave = (socket: Socket): void => {
    holding.delete(socket);
    if (holding.size > 0) return void socket.end();
    leaving.add(socket);
    onDeserted();
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => void enter(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  if (!(await claim(place, JSON.stringify({ port })))) {
    server.close();
    return undefined;
  }
  return {
    admit: admitted.resolve,
    deserted: () =>
      new Promise((resolve) => {
        onDeserted = resolve;
        if (holding.size === 0) resolve();
      }),
    shut: async () => {
      await rm(gateFile(place), { force: true });
      server.close();
    },
    dismiss: () => {
      for (const socket of [...holding, ...leaving]) socket.destroy();
    },
  };
}

/** The file is the lock: it names the one supervisor. One whose supervisor does not answer is a dead one's. */
async function claim(place: Place, content: string): Promise<boolean> {
  for (;;) {
    if (await writeOnce(gateFile(place), content)) return true;
    const socket = await knock(place);
    socket?.destroy();
    if (socket) return false;
    await rm(gateFile(place), { force: true });
  }
}

/** A connection to the place's supervisor; undefined when there is none, or it is dead. */
async function knock(place: Place): Promise<Socket | undefined> {
  const content = await readFile(gateFile(place), 'utf8').catch(ifAbsent);
  if (content === undefined) return undefined;
  const socket = connect(written.parse(JSON.parse(content)).port, '127.0.0.1');
  return once(socket, 'connect').then(
    () => socket,
    () => undefined,
  );
}

export interface Hold {
  /** The server's port. */
  readonly port: number;
  /** Settles when others hold it still, or it is down. */
  release(): Promise<void>;
}

/** Holds the server that runs at the place; undefined when none does. */
export async function holdServer(place: Place): Promise<Hold | undefined> {
  const socket = await knock(place);
  if (!socket) return undefined;
  socket.on('error', () => socket.destroy());
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
  socket.write(`${place.password}\n`);
  const line = await firstLine(socket);
  // Whoever listens there now may not be a supervisor: ports are used again.
  const answered = line === undefined ? undefined : answer.safeParse(parseJson(line)).data;
  if (!answered) {
    socket.destroy();
    return undefined;
  }
  socket.setTimeout(0);
  // Using the server is no reason for a process to stay alive.
  socket.unref();
  return {
    port: answered.port,
    release: async () => {
      if (socket.destroyed) return;
      socket.ref();
      socket.end();
      await once(socket, 'close');
    },
  };
}

/** Undefined when the connection ends before a line is whole, or is cut off. */
export async function firstLine(stream: NodeJS.ReadableStream): Promise<string | undefined> {
  const lines = createInterface({ input: stream });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(lines, 'close').then(() => undefined),
    // The interface passes the stream's errors on.
  ]).catch(() => undefined);
  lines.close();
  stream.resume();
  return line;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

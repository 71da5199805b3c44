/**
 * One lab a machine. The lock is a Linux socket without a file: the kernel gives it to one process and takes it back when
 * that process ends, however it ends. Whoever connects is told where the lab is, and uses it until the connection closes.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const NAME = '\0paksa-lab';

export interface Lock {
  readonly guests: () => number;
  /** Resolves when the first guest has come. */
  readonly untilAsked: () => Promise<void>;
  /** Who asks from now on is told nothing, and may ask again when the lock is free. */
  refuseGuests(): void;
  /** Resolves when nobody else uses the lab any more. */
  readonly untilAlone: () => Promise<void>;
  release(): Promise<void>;
}

/** Takes the lock and tells every guest `answer`, one line, as soon as it is there. @returns nothing when somebody has it */
export async function takeLock(answer: Promise<string>, name = NAME): Promise<Lock | undefined> {
  const guests = new Set<Socket>();
  const asked = Promise.withResolvers<void>();
  let open = true;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (!open) {
      socket.destroy();
      return;
    }
    guests.add(socket);
    asked.resolve();
    socket.once('close', () => guests.delete(socket));
    socket.resume();
    void answer.then((line) => socket.write(`${line}\n`));
  });
  try {
    server.listen(name);
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return {
    guests: () => guests.size,
    untilAsked: () => asked.promise,
    refuseGuests: () => {
      open = false;
    },
    untilAlone: async () => {
      for (const guest of guests) if (!guest.destroyed) await once(guest, 'close');
    },
    release: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const guest of guests) guest.destroy();
      await closed;
    },
  };
}

export interface Visit {
  /** What the lock's holder says. */
  readonly answer: string;
  leave(): void;
}

/** Asks the lock's holder, and waits for its answer. @returns nothing when there is no holder, or when it ended */
export async function visit(name = NAME): Promise<Visit | undefined> {
  const socket = connect(name).setEncoding('utf8');
  socket.on('error', () => {});
  let said = '';
  const answer = await new Promise<string | undefined>((resolve) => {
    socket.on('data', (text: string) => {
      said += text;
      const end = said.indexOf('\n');
      if (end >= 0) resolve(said.slice(0, end));
    });
    socket.once('close', () => resolve(undefined));
  });
  if (answer === undefined) return undefined;
  socket.unref();
  return { answer, leave: () => socket.destroy() };
}

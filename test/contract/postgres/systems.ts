/** The systems of a suite: of one test, closed with it, or of all of them, filled anew by each. */
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Available, createSystem, openSystem, refill, type System, soon } from './system.ts';

/** Paksa on an address, until the end of the test. */
export function visit(url: string): System {
  const system = openSystem(url);
  onTestFinished(() => system.db.close());
  return system;
}

/** What a login on that address comes to. */
export const logIn = (url: string, signal = soon()) => visit(url).probe.login(signal);

/** Paksa on the same database as another role. */
export const visitAs = ({ url }: System, role: string): System =>
  visit(url.replace('//postgres:', `//${role}:`));

/** A database on a server that ends with its suite, and Paksa on it until the end of the test. */
export async function createOn(server: string, ...statements: readonly string[]): Promise<System> {
  const system = await createSystem(server, ...statements);
  onTestFinished(() => system.db.close());
  return system;
}

/** Call it at the top of a describe. @returns what empties its database and fills it anew, from within a test */
export function refilled({ start }: Pick<Available, 'start'>) {
  let server: Awaited<ReturnType<Available['start']>> | undefined;
  let system: System | undefined;
  beforeAll(async () => {
    server = await start();
    system = await createSystem(server.url);
  });
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  return async (...statements: readonly string[]): Promise<System> => {
    if (!system) throw new Error('there is a database within a test only');
    await refill(system, ...statements);
    return system;
  };
}

/** What the supervisor says to the process that started it. */
import { z } from 'zod';

export const report = z.union([
  /** The server is up on this port of 127.0.0.1. */
  z.strictObject({ port: z.number() }),
  /** Another supervisor has the place: hold its server instead. */
  z.strictObject({ running: z.literal(true) }),
  /** A sentence for people. */
  z.strictObject({ refused: z.string() }),
  /** A bug. */
  z.strictObject({ failed: z.string() }),
]);

export type Report = z.infer<typeof report>;

/** `postgresql.conf` settings by name. */
export const serverSettings = z.record(z.string(), z.string());

/** What is said between whoever runs the matrix and a replica. */
import { z } from 'zod';
import { PAGERS, POINTS } from './plan.ts';

const Incident = z.object({
  id: z.string(),
  firstPageAfterMs: z.number(),
  levels: z
    .array(
      z.object({
        pager: z.enum(PAGERS),
        to: z.array(z.string()).readonly(),
        delayMs: z.number(),
        fallsOver: z.boolean(),
      }),
    )
    .readonly(),
});

/** To a replica. */
export const Request = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('open'), key: z.string(), incident: Incident }),
  z.object({ ask: z.enum(['answer', 'escalate']), key: z.string(), incident: z.string() }),
]);
export type Request = z.output<typeof Request>;

/** From one: that it is ready, or that it has made durable what it was asked. */
export const Said = z.union([z.object({ ready: z.literal(true) }), z.object({ done: z.string() })]);

/** Its variable PAKSA_CRASH, as JSON. */
export const Settings = z.object({
  databaseUrl: z.string(),
  slack: z.object({ apiUrl: z.string(), botToken: z.string() }),
  duty: z.string(),
  genie: z.string(),
  sms: z.string(),
  mailPort: z.number(),
  hook: z.string(),
  death: z.object({ point: z.enum(POINTS), nth: z.number() }).optional(),
});
export type Settings = z.output<typeof Settings>;

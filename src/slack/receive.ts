/** Slack's payloads: made durable, then acknowledged, then worked on, whichever replica does it and however often it came. */
import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Checkpoint, Receipts } from '../engine/ports.ts';

/** Keeps a payload; resolves once it may be acknowledged. Rejects when it could not be kept: it must not be then. */
export type Accept = (id: string, body: Record<string, unknown>) => Promise<void>;

export const createAccept =
  (receipts: Receipts, checkpoint: Checkpoint): Accept =>
  async (id, body) => {
    await receipts.keep({ id, kind: kindOf(body), body });
    checkpoint('received');
  };

const Typed = z.object({
  type: z.string().optional(),
  command: z.string().optional(),
  event_id: z.string().optional(),
});

const kindOf = (body: Record<string, unknown>): string => {
  const { type, command } = Typed.parse(body);
  return type ?? (command === undefined ? 'unknown' : 'slash_command');
};

/** An event has an id of its own, whichever connection brings it and however often; other payloads have their delivery's. */
export const receiptId = (body: Record<string, unknown>, delivery: string): string =>
  Typed.safeParse(body).data?.event_id ?? delivery;

/** Hands a kept payload to Bolt's listeners. It was acknowledged long ago, so their `ack` has nothing left to do. */
export async function workOn(app: App, receipts: Receipts, id: string): Promise<void> {
  const receipt = await receipts.open(id);
  if (!receipt) return;
  await app.processEvent({
    body: receipt.body,
    ack: async () => undefined,
    customProperties: { receipt: id },
  });
  await receipts.close(id);
}

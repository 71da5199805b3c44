/** Socket Mode: two connections, because one is away for seconds whenever Slack refreshes it. Acknowledges what is durable. */
import type { App, Receiver } from '@slack/bolt';
import { type Logger, LogLevel, SocketModeClient } from '@slack/socket-mode';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { type Accept, receiptId } from './receive.ts';

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl?: string | undefined;
  readonly accept: Accept;
  readonly logger: Logger;
}

const CONNECTIONS = 2;
/** After this, Slack tells the person that Paksa did not respond, in milliseconds. */
const SLACK_WAITS_MS = 3_000;

const Envelope = z.object({
  envelope_id: z.string(),
  body: z.record(z.string(), z.unknown()),
  ack: z.custom<() => Promise<void>>((value) => typeof value === 'function'),
});

export function createSocketReceiver({ appToken, apiUrl, accept, logger }: SocketOptions): Receiver & {
  connected(): boolean;
} {
  const up = new Set<SocketModeClient>();
  const working = new Set<Promise<void>>();
  const clients = Array.from({ length: CONNECTIONS }, () => {
    const client = new SocketModeClient({
      appToken,
      logger,
      logLevel: LogLevel.WARN,
      clientOptions: apiUrl === undefined ? {} : { slackApiUrl: apiUrl },
    });
    client.on('connected', () => up.add(client));
    for (const gone of ['disconnected', 'reconnecting', 'close']) client.on(gone, () => up.delete(client));
    client.on('slack_event', (event: unknown) => {
      const work = receive(event, accept, logger).finally(() => working.delete(work));
      working.add(work);
    });
    return client;
  });
  return {
    init: (_app: App) => undefined,
    start: () => Promise.all(clients.map((client) => client.start())),
    // What has been taken in is acknowledged before the sockets close.
    stop: async () => {
      await Promise.all(working);
      await Promise.all(clients.map((client) => client.disconnect()));
    },
    connected: () => up.size > 0,
  };
}

async function receive(event: unknown, accept: Accept, logger: Logger): Promise<void> {
  const envelope = Envelope.safeParse(event);
  if (!envelope.success)
    return logger.warn(`Slack sent an envelope that cannot be read: ${envelope.error.message}`);
  const { envelope_id, body, ack } = envelope.data;
  try {
    const began = performance.now();
    await accept(receiptId(body, `socket/${envelope_id}`), body);
    await ack();
    const took = Math.round(performance.now() - began);
    if (took > SLACK_WAITS_MS)
      logger.warn(`A payload was acknowledged after ${took} ms: Slack had given up. Is the database slow?`);
  } catch (error) {
    // Not acknowledged: Slack tells the person, or sends an event again.
    logger.error(`A payload could not be kept, and was not acknowledged: ${messageOf(error)}`);
  }
}

/** HTTP mode: one path. Reads a bounded body, checks its signature and its age in both directions, keeps it, then answers. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isValidSlackRequest, type Receiver } from '@slack/bolt';
import type { Logger } from '@slack/socket-mode';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { type Accept, receiptId } from './receive.ts';

export interface HttpReceiverOptions {
  readonly signingSecret: string;
  readonly accept: Accept;
  readonly logger: Logger;
}

/** Slack's payloads stay well below this, in bytes. */
const MOST_BYTES = 1_000_000;
/** Slack's own: five minutes, in seconds. Bolt refuses the old ones alone. */
const MOST_AGE_S = 300;

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const Headers = z.object({
  'x-slack-signature': z.string().regex(/^v0=[0-9a-f]{64}$/),
  'x-slack-request-timestamp': z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
  'content-type': z.string().default(''),
});
const Payload = z.record(z.string(), z.unknown());
const Challenge = z.object({ type: z.literal('url_verification'), challenge: z.string() });

/** Answers `POST /slack/events`. */
export const createHttpReceiver =
  ({ signingSecret, accept, logger }: HttpReceiverOptions) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = (status: number, text = ''): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    };
    const raw = await readBody(request);
    if (raw === undefined) return answer(413, 'The body is too large.');
    const headers = Headers.safeParse(request.headers);
    if (!headers.success) return answer(401, 'The request is not signed as Slack signs.');
    const timestamp = headers.data['x-slack-request-timestamp'];
    if (Math.abs(Date.now() / 1000 - timestamp) > MOST_AGE_S)
      return answer(401, 'The request is too old or too new.');
    const signed = isValidSlackRequest({
      signingSecret,
      body: raw,
      headers: {
        'x-slack-signature': headers.data['x-slack-signature'],
        'x-slack-request-timestamp': timestamp,
      },
    });
    if (!signed) return answer(401, 'The signature is wrong.');

    const form = headers.data['content-type'].split(';', 1)[0]?.trim().toLowerCase();
    if (form !== JSON_TYPE && form !== FORM_TYPE) return answer(415, 'Slack sends forms and JSON.');
    const body = readPayload(raw, form);
    if (!body) return answer(400, 'The body cannot be read.');
    const challenge = Challenge.safeParse(body);
    if (challenge.success) return answer(200, challenge.data.challenge);
    if ('ssl_check' in body) return answer(200);
    try {
      // The same bytes under the same signature are the same request, however often somebody sends them.
      const delivery = createHash('sha256').update(`${timestamp}:${raw}`).digest('base64url');
      await accept(receiptId(body, `http/${delivery}`), body);
      answer(200);
    } catch (error) {
      logger.error(`A payload could not be kept, and was not acknowledged: ${messageOf(error)}`);
      answer(503, 'Paksa cannot keep this now.');
    }
  };

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // Read to its end all the same, so that the answer is heard.
    if (size <= MOST_BYTES) chunks.push(bytes);
  }
  return size > MOST_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function readPayload(raw: string, contentType: string): Record<string, unknown> | undefined {
  try {
    if (contentType === JSON_TYPE) return Payload.parse(JSON.parse(raw));
    const form = new URLSearchParams(raw);
    const payload = form.get('payload');
    if (payload !== null) return Payload.parse(JSON.parse(payload));
    return form.size > 0 ? Object.fromEntries(form) : undefined;
  } catch {
    return undefined;
  }
}

/** In HTTP mode requests come in through Paksa's own server, and Bolt is handed what was kept. */
export const SERVED_BY_OUR_OWN_PORT: Receiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
};

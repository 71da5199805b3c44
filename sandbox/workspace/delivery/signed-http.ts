/** Signed HTTP requests to the app's request URL: commands and interactions as forms, events as JSON. */
import type { Fields } from '../fields.ts';
import { makeToken } from '../ids.ts';
import type { Delivery, PayloadKind, Receipt, Retry } from './delivery.ts';
import { signRequest } from './sign-request.ts';

export interface SignedHttpOptions {
  requestUrl: string;
  signingSecret: string;
  ackTimeoutMs: number;
  onConnectedChange(connected: boolean): void;
}

export interface SignedHttp extends Delivery {
  /** Slack's challenge when a request URL is set. @returns whether the app answered it */
  verifyUrl(): Promise<boolean>;
}

function encode(kind: PayloadKind, payload: Fields): { body: string; type: string } {
  if (kind === 'events_api') return { body: JSON.stringify(payload), type: 'application/json' };
  const form = new URLSearchParams();
  if (kind === 'interactive') form.set('payload', JSON.stringify(payload));
  else for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
  return { body: form.toString(), type: 'application/x-www-form-urlencoded' };
}

async function responseOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === '') return undefined;
  if (!answer.headers.get('content-type')?.includes('json')) return { text };
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function createSignedHttp(options: SignedHttpOptions): SignedHttp {
  const stopping = new AbortController();
  let isConnected = true;
  let duplicates = 0;

  const setConnected = (connected: boolean) => {
    if (connected !== isConnected) options.onConnectedChange(connected);
    isConnected = connected;
  };
  // The machine's own clock, whatever the workspace's is moved to: it is what the app checks the signature with.
  const request = (body: string, type: string, retry?: Retry) =>
    fetch(options.requestUrl, {
      method: 'POST',
      body,
      headers: {
        'content-type': type,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...signRequest(options.signingSecret, body, Math.floor(Date.now() / 1000)),
        ...(retry && { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }),
      },
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(options.ackTimeoutMs)]),
    });

  const deliver = async (kind: PayloadKind, payload: Fields, retry?: Retry): Promise<Receipt> => {
    const { body, type } = encode(kind, payload);
    try {
      const answer = await request(body, type, retry);
      const response = await responseOf(answer);
      setConnected(true);
      if (!answer.ok) {
        return {
          outcome: 'rejected',
          status: answer.status,
          noRetry: answer.headers.get('x-slack-no-retry') === '1',
        };
      }
      return { outcome: 'acknowledged', ...(response !== undefined && { response }) };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError') return { outcome: 'timeout' };
      setConnected(false);
      return { outcome: 'unreachable' };
    }
  };

  return {
    send: async (kind, payload, retry) => {
      const copies = duplicates > 0 ? 2 : 1;
      duplicates = Math.max(0, duplicates - 1);
      const [first] = await Promise.all(Array.from({ length: copies }, () => deliver(kind, payload, retry)));
      return first ?? { outcome: 'unreachable' };
    },
    isConnected: () => isConnected,
    duplicateNext: (times) => {
      duplicates += times;
    },
    verifyUrl: async () => {
      const challenge = makeToken();
      const body = JSON.stringify({ token: '', challenge, type: 'url_verification' });
      const answer = await request(body, 'application/json').catch(() => undefined);
      return answer?.ok === true && (await answer.text()).includes(challenge);
    },
    stop: () => stopping.abort(),
  };
}

/** How payloads reach the app: Socket Mode or signed HTTP, the same to whoever sends them. */
import type { Fields } from '../fields.ts';

export type PayloadKind = 'slash_commands' | 'interactive' | 'events_api';

/** Of an event that was not acknowledged before. */
export interface Retry {
  attempt: number;
  reason: 'timeout' | 'http_timeout' | 'http_error' | 'connection_failed';
}

export type Receipt =
  /** `response` is what the app said with it, when it said anything. */
  | { outcome: 'acknowledged'; response?: unknown }
  /** No acknowledgement within Slack's three seconds. */
  | { outcome: 'timeout' }
  /** Nobody was there. */
  | { outcome: 'unreachable' }
  /** The app answered an HTTP request with something else than 200. */
  | { outcome: 'rejected'; status: number; noRetry: boolean };

export interface Delivery {
  send(kind: PayloadKind, payload: Fields, retry?: Retry): Promise<Receipt>;
  isConnected(): boolean;
  /** The next `times` payloads arrive twice. */
  duplicateNext(times: number): void;
  stop(): void;
}

/** What the person sees when the app did not take what they did. */
export function noticeOf(receipt: Receipt, app: string): string | undefined {
  switch (receipt.outcome) {
    case 'acknowledged':
      return undefined;
    case 'timeout':
      return `${app} did not respond in time (operation_timeout)`;
    case 'unreachable':
      return `${app} did not respond: it is not connected (dispatch_failed)`;
    case 'rejected':
      return `${app} did not respond: it answered with an error (http_${receipt.status < 500 ? 'client' : 'service'}_error)`;
  }
}

/** The page's side of `api.ts`: one function a route, and the stream of events with its own reconnection. */
import type {
  PageAct,
  PageAnswer,
  PageEvent,
  PageSend,
  PageState,
  PageViewSubmit,
  StackState,
} from './api.ts';

const SILENT: PageAnswer = { ok: false, error: 'The workspace does not answer. Is it still running?' };

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, signal === undefined ? {} : { signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  const body: T = await response.json();
  return body;
}

/** Never rejects: what went wrong is in the answer, as a sentence for people. */
async function post(path: string, body: unknown): Promise<PageAnswer> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer: PageAnswer = await response.json();
    return answer;
  } catch {
    return SILENT;
  }
}

export const fetchState = (user: string | undefined, signal?: AbortSignal): Promise<PageState> =>
  get(user === undefined ? '/page/state' : `/page/state?user=${encodeURIComponent(user)}`, signal);
export const fetchStack = (signal?: AbortSignal): Promise<StackState> => get('/page/stack', signal);
export const send = (body: PageSend): Promise<PageAnswer> => post('/page/send', body);
export const act = (body: PageAct): Promise<PageAnswer> => post('/page/act', body);
export const answerView = (body: PageViewSubmit): Promise<PageAnswer> => post('/page/view', body);
export const setFault = (fault: string): Promise<PageAnswer> => post('/page/stack', { fault });

export interface EventListeners {
  onOpen(): void;
  onEvent(event: PageEvent): void;
  /** The stream broke; another attempt is under way. */
  onLost(): void;
}

export interface EventStream {
  /** Breaks the stream and opens it again after the usual pause, as if the network had lost it. */
  restart(): void;
  close(): void;
}

const RETRY_MS = [500, 1000, 2000, 4000];

/** Listens to what `user` may see. EventSource gives up on an HTTP error, so every loss opens a new one here. */
export function listen(user: string, listeners: EventListeners): EventStream {
  let source: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let losses = 0;

  const open = () => {
    source = new EventSource(`/page/events?user=${encodeURIComponent(user)}`);
    source.onopen = () => listeners.onOpen();
    source.onmessage = (message: MessageEvent<string>) => {
      losses = 0;
      const event: PageEvent = JSON.parse(message.data);
      listeners.onEvent(event);
    };
    source.onerror = restart;
  };
  const restart = () => {
    source.close();
    clearTimeout(retry);
    listeners.onLost();
    retry = setTimeout(open, RETRY_MS[Math.min(losses, RETRY_MS.length - 1)]);
    losses += 1;
  };

  open();
  return {
    restart,
    close: () => {
      clearTimeout(retry);
      source.close();
    },
  };
}

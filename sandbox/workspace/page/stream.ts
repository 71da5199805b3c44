/** Server-sent events: what changes, to whoever looks at the page. */
import type { ServerResponse } from 'node:http';
import type { PageEvent } from '../../page/api.ts';
import type { Changes } from '../changes.ts';
import type { View } from '../model.ts';
import type { Presenter } from './present.ts';

const KEEP_ALIVE_MS = 15_000;

export interface Stream {
  /** Streams to one viewer until the connection ends, what is open for them first. */
  open(response: ServerResponse, user: string, shown: readonly View[]): void;
  stop(): void;
}

export function createStream(changes: Changes, presenter: Presenter): Stream {
  const viewers = new Map<ServerResponse, string>();
  const write = (response: ServerResponse, event: PageEvent) =>
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  const stopListening = changes.listen((change) => {
    for (const [response, user] of viewers) {
      const event = presenter.event(change, user);
      if (event) write(response, event);
    }
  });
  const keepAlive = setInterval(() => {
    for (const response of viewers.keys()) response.write(':\n\n');
  }, KEEP_ALIVE_MS);
  keepAlive.unref();

  return {
    open: (response, user, shown) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(':\n\n');
      viewers.set(response, user);
      response.on('close', () => viewers.delete(response));
      for (const view of shown) write(response, presenter.view(view));
    },
    stop: () => {
      stopListening();
      clearInterval(keepAlive);
      for (const response of viewers.keys()) response.destroy();
    },
  };
}

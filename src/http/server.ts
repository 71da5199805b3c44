/** Paksa's own port: whether it lives, whether it can work, what monitoring and providers send, and, in HTTP mode, what Slack sends. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UserError } from '../errors.ts';
import { type AlertIntake, answerAlerts, isOfAlerts } from './alerts.ts';
import { json } from './answer.ts';
import { answerReply, isOfReplies, type ReplyIntake } from './replies.ts';

export interface HttpOptions {
  readonly port: number;
  /** The address to listen on; every one when unset, as a container needs. */
  readonly host?: string | undefined;
  /** What is not ready, such as `slack`; empty when everything is. `works`: Paksa does without, and takes in what comes. */
  readonly readiness: () => { readonly waitingFor: readonly string[]; readonly works: boolean };
  /** Only in HTTP mode. */
  readonly slackEvents?: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly alerts: AlertIntake;
  /** Absent where pages cannot be answered from outside. */
  readonly replies?: ReplyIntake;
  readonly onError: (error: unknown) => void;
}

export interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A request that is in hand when it stops is answered within this, or not at all, in milliseconds. */
const LAST_ANSWERS_MS = 5_000;

/** @throws UserError when the port is taken */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  let isStopping = false;
  const server = createServer((request, response) => {
    // Else whoever goes on sending over it, as in a storm of alerts, keeps a server up that stops.
    if (isStopping) response.setHeader('connection', 'close');
    route(options, request, response).catch((error: unknown) => {
      // Who hung up half-way is no fault of ours, and waits for no answer.
      if (request.errored) return;
      options.onError(error);
      if (!response.headersSent) json(response, 500, { error: 'internal' });
    });
  });
  // A client that sends its headers a byte at a time holds a connection no longer than this.
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: () =>
      new Promise((resolve) => {
        isStopping = true;
        const late = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

const listen = (server: Server, { port, host }: HttpOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new UserError(`Port ${port} is taken: stop what uses it, or set PORT to another one.`)
          : error,
      ),
    );
    server.listen({ port, host }, resolve);
  });

async function route(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '/'] = (request.url ?? '/').split('?', 1);
  if (pathname === '/healthz') return json(response, 200, { status: 'ok' });
  if (pathname === '/readyz') {
    const { waitingFor, works } = options.readiness();
    const status = waitingFor.length === 0 ? 'ready' : works ? 'works without' : 'not ready';
    return json(response, works ? 200 : 503, { status, waitingFor });
  }
  if (isOfAlerts(pathname)) return answerAlerts(options.alerts, pathname, request, response);
  if (options.replies && isOfReplies(pathname))
    return answerReply(options.replies, pathname, request, response);
  if (pathname === '/slack/events' && options.slackEvents) {
    if (request.method === 'POST') return options.slackEvents(request, response);
    return json(response, 405, { error: 'POST only' }, { allow: 'POST' });
  }
  json(response, 404, { error: 'not found' });
}

/**
 * The page's API (`sandbox/page/api.ts`) with nothing behind it: a test says what happens, and reads what the page sent.
 * For tests of the page alone; the story with a bot runs over the real workspace.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PageAnswer, PageEvent, PageMessage, PageState } from '../../sandbox/page/api.ts';
import { initialState, sandbox } from './fake-state.ts';

const DIST = join(import.meta.dirname, '../../sandbox/page/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface Sent {
  path: string;
  body: Record<string, unknown>;
}

export interface FakeWorkspace {
  url: string;
  /** Every POST of the page, oldest first. */
  sent: Sent[];
  state: Omit<PageState, 'me'>;
  /** What the next POSTs are answered, until changed. */
  answer: (sent: Sent) => PageAnswer | Promise<PageAnswer>;
  emit(event: PageEvent, user?: string): void;
  /** Adds or replaces a message, and tells whoever may see it. */
  say(message: Partial<PageMessage> & { ts: string }): PageMessage;
  /** Breaks every stream, as a restart of the workspace would. */
  drop(): void;
  stop(): Promise<void>;
}

export async function startFakeWorkspace(port = 0): Promise<FakeWorkspace> {
  const streams = new Map<ServerResponse, string>();
  const state = initialState();
  let stack = sandbox;
  const mayBeSeenBy = (channelId: string, user: string) => {
    const channel = state.channels.find(({ id }) => id === channelId);
    return channel === undefined || !channel.isDirect || channel.members.includes(user);
  };

  const fake: FakeWorkspace = {
    url: '',
    sent: [],
    state,
    answer: () => ({ ok: true }),
    emit: (event, user) => {
      for (const [stream, viewer] of streams) {
        if (user === undefined || viewer === user) stream.write(`data: ${JSON.stringify(event)}\n\n`);
      }
    },
    say: (partial) => {
      const message: PageMessage = {
        channel: 'C1',
        user: 'UB',
        text: '',
        blocks: [],
        edited: false,
        ...partial,
      };
      if (message.ephemeralFor !== undefined) {
        fake.emit({ type: 'message', message }, message.ephemeralFor);
        return message;
      }
      state.messages = [
        ...state.messages.filter(({ ts, channel }) => ts !== message.ts || channel !== message.channel),
        message,
      ];
      for (const viewer of new Set(streams.values())) {
        if (mayBeSeenBy(message.channel, viewer)) fake.emit({ type: 'message', message }, viewer);
      }
      return message;
    },
    drop: () => {
      for (const stream of streams.keys()) stream.destroy();
    },
    stop: async () => {
      fake.drop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function stateFor(user: string): PageState {
    const sees = ({ id }: { id: string }) => mayBeSeenBy(id, user);
    return {
      ...state,
      me: user,
      channels: state.channels.filter(sees),
      messages: state.messages.filter(({ channel }) => mayBeSeenBy(channel, user)),
    };
  }

  async function receive(path: string, request: IncomingMessage): Promise<PageAnswer> {
    const body: Record<string, unknown> = JSON.parse(await text(request));
    fake.sent.push({ path, body });
    if (path === '/page/stack') {
      const faults = stack.faults.map((fault) => ({ ...fault, active: fault.id === body.fault }));
      const broken = faults.find(({ active }) => active);
      stack = {
        ...sandbox,
        faults,
        healthy: broken === undefined,
        summary: broken?.explains ?? sandbox.summary,
      };
      fake.emit({ type: 'stack', stack });
    }
    return fake.answer({ path, body });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    const user = searchParams.get('user') ?? 'U1';
    const json = (body: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (request.method === 'POST') json(await receive(pathname, request));
    else if (pathname === '/page/state') json(stateFor(user));
    else if (pathname === '/page/stack') json(stack);
    else if (pathname === '/page/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
      streams.set(response, user);
      response.on('close', () => streams.delete(response));
    } else {
      const file = pathname === '/' ? '/index.html' : pathname;
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(await readFile(join(DIST, file)));
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake workspace has no port');
  fake.url = `http://127.0.0.1:${address.port}/`;
  return fake;
}

/** Every address of the workspace: Slack's side under /api, /link, /actions, /upload and /files; the page's for the rest. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { readBody, sendJson, sendText } from './http.ts';
import { serveStatic } from './page/static.ts';
import { type ResponseUrls, responseSchema } from './response-urls.ts';
import { SlackError } from './slack-error.ts';
import type { State } from './state.ts';
import { readArguments } from './web-api/arguments.ts';
import type { Faults } from './web-api/faults.ts';

const UPLOAD_LIMIT = 50_000_000;
const RESPONSE_LIMIT = 1_000_000;

export interface RouterParts {
  state: State;
  faults: Faults;
  responseUrls: ResponseUrls;
  pageDir: string | undefined;
  api(method: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  page(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
}

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Somebody else's name for this machine would let their page read this one (DNS rebinding). */
function isLocal(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  const names = [`http://${host ?? ''}`, ...(origin === undefined ? [] : [origin])];
  return names.every((name) => URL.canParse(name) && LOCAL.has(new URL(name).hostname));
}

const isSlackSide = (pathname: string) => /^\/(api|link|actions|upload)\//.test(pathname);

/** What a client library sends may be the bytes themselves, or a form that holds them. */
async function uploadedBytes(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request, UPLOAD_LIMIT);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const fields = await readArguments(body, type, new URLSearchParams());
  const [value] = Object.values(fields);
  return value instanceof Blob ? Buffer.from(await value.arrayBuffer()) : Buffer.from(String(value ?? ''));
}

export function createRouter({ state, faults, responseUrls, pageDir, api, page, upgrade }: RouterParts) {
  const respond = async (id: string, request: IncomingMessage, response: ServerResponse) => {
    try {
      const body = await readBody(request, RESPONSE_LIMIT);
      const parsed = responseSchema.safeParse(JSON.parse(body.toString()));
      if (!parsed.success) throw new SlackError('invalid_payload');
      responseUrls.use(id, parsed.data);
      sendText(response, 'ok');
    } catch (error) {
      if (error instanceof SyntaxError) return sendText(response, 'invalid_payload', 400);
      if (!(error instanceof SlackError)) throw error;
      const isGone = ['used_url', 'expired_url', 'invalid_url'].includes(error.code);
      sendJson(response, { ok: false, error: error.code, ...error.detail }, isGone ? 404 : 400);
    }
  };

  const upload = async (id: string, request: IncomingMessage, response: ServerResponse) => {
    const file = state.files.get(id);
    if (!file) return sendText(response, 'file_not_found', 404);
    const bytes = await uploadedBytes(request);
    state.files.set(id, { ...file, content: bytes.toString('base64') });
    sendText(response, `OK - ${bytes.length}`);
  };

  const download = (id: string, response: ServerResponse) => {
    const file = state.files.get(id);
    if (file?.content === undefined) return sendText(response, 'file_not_found', 404);
    response.writeHead(200, { 'content-type': file.mimetype, 'x-content-type-options': 'nosniff' });
    response.end(Buffer.from(file.content, 'base64'));
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://workspace');
    const { pathname } = url;
    const [, area, ...rest] = pathname.split('/');
    const last = rest.at(-1) ?? '';
    if (faults.isOffline && isSlackSide(pathname)) return void request.socket.destroy();
    if (!isLocal(request)) return sendText(response, 'This workspace is for this machine only.', 403);
    switch (area) {
      case 'api':
        return api(last, request, response);
      case 'actions':
        return respond(last, request, response);
      case 'upload':
        return upload(last, request, response);
      case 'files':
        return download(last, response);
      case 'page':
        return page(request, response, url);
      default:
        return serveStatic(pageDir, pathname, response);
    }
  };

  return {
    handle: (request: IncomingMessage, response: ServerResponse) => {
      route(request, response).catch((error: unknown) => {
        if (response.headersSent) return response.destroy();
        if (error instanceof RangeError) return sendText(response, error.message, 413);
        sendText(response, error instanceof Error ? (error.stack ?? error.message) : String(error), 500);
      });
    },
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (faults.isOffline || !upgrade || !isLocal(request)) return socket.destroy();
      upgrade(request, socket, head);
    },
  };
}

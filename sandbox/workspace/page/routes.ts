/** The page's side of the workspace: `sandbox/page/api.ts`, route by route. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { PageAnswer, StackState } from '../../page/api.ts';
import type { Stack } from '../../stack/port.ts';
import type { Client } from '../client.ts';
import { anyFields, textOf } from '../fields.ts';
import { readBody, sendJson, sendText } from '../http.ts';
import type { ClientAnswer } from '../platform.ts';
import type { Views } from '../views.ts';
import type { Presenter } from './present.ts';
import type { Stream } from './stream.ts';

const BODY_LIMIT = 1_000_000;

const send = z.object({
  user: z.string(),
  channel: z.string(),
  threadTs: z.string().optional(),
  text: z.string(),
});
const act = z.object({
  user: z.string(),
  channel: z.string().optional(),
  messageTs: z.string().optional(),
  viewId: z.string().optional(),
  action: anyFields,
});
const view = z.object({
  user: z.string(),
  viewId: z.string(),
  submit: z.boolean(),
  values: z.record(z.string(), z.record(z.string(), anyFields)),
});
const inject = z.object({ fault: z.string() });

export interface PageParts {
  /** Acts as a person. */
  client: Client;
  presenter: Presenter;
  stream: Stream;
  views: Views;
  stack: Stack | undefined;
  /** Who is looking when the address does not say. */
  defaultUser: string;
  botConnected(): boolean;
}

export function createPageRoutes(parts: PageParts) {
  const { client, presenter, stream, views, stack, defaultUser } = parts;

  const posts: Record<string, (body: unknown) => Promise<ClientAnswer | PageAnswer>> = {
    '/page/send': async (body) => {
      const { user, channel, text, threadTs } = send.parse(body);
      const place = { user, channel, ...(threadTs !== undefined && { threadTs }) };
      return text.startsWith('/') ? client.command({ ...place, line: text }) : client.say({ ...place, text });
    },
    '/page/act': async (body) => {
      const { user, channel, messageTs, viewId, action } = act.parse(body);
      // Two things that a client does and Block Kit has no element for.
      if (action.type === 'app_home_opened') return client.openHome(user);
      if (viewId !== undefined) return client.act({ user, place: { viewId }, action });
      if (channel === undefined || messageTs === undefined)
        return { ok: false, error: 'Nothing was clicked.' };
      if (action.type === 'message_action') {
        return client.messageShortcut({
          user,
          channel,
          ts: messageTs,
          callbackId: textOf(action.callback_id) ?? '',
        });
      }
      return client.act({ user, place: { channel, ts: messageTs }, action });
    },
    '/page/view': async (body) => {
      const { user, viewId, submit, values } = view.parse(body);
      return submit ? client.submit({ user, viewId, values }) : client.close(user, viewId);
    },
    '/page/stack': async (body) => {
      if (!stack) return { ok: false, error: 'There is nothing to break here.' };
      await stack.inject(inject.parse(body).fault);
      return { ok: true };
    },
  };

  const toPage = (answer: ClientAnswer | PageAnswer): PageAnswer => {
    if (answer.ok) return { ok: true };
    return { ok: false, error: 'notice' in answer ? answer.notice : answer.error };
  };

  const post = async (pathname: string, request: IncomingMessage, response: ServerResponse) => {
    const run = posts[pathname];
    if (!run) return sendText(response, 'Not found.', 404);
    // Another site's page could post a plain form here, but no JSON without asking first.
    if (!request.headers['content-type']?.startsWith('application/json')) {
      return sendJson(response, { ok: false, error: 'Send JSON.' }, 415);
    }
    try {
      sendJson(response, toPage(await run(JSON.parse((await readBody(request, BODY_LIMIT)).toString()))));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      sendJson(response, {
        ok: false,
        error: error instanceof z.ZodError ? z.prettifyError(error) : error.message,
      });
    }
  };

  const currentStack = async (response: ServerResponse) => {
    if (!stack) return sendText(response, 'There is nothing to break here.', 404);
    const state: StackState = await stack.state();
    sendJson(response, state);
  };

  return async (request: IncomingMessage, response: ServerResponse, { pathname, searchParams }: URL) => {
    if (request.method === 'POST') return post(pathname, request, response);
    const user = searchParams.get('user') ?? defaultUser;
    switch (pathname) {
      case '/page/state':
        return sendJson(response, presenter.state(user, parts.botConnected()));
      case '/page/events': {
        const home = views.home(user);
        return stream.open(response, user, [...(home ? [home] : []), ...views.stack(user)]);
      }
      case '/page/stack':
        return currentStack(response);
      default:
        return sendText(response, 'Not found.', 404);
    }
  };
}

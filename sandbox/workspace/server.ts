/**
 * A local Slack: the Web API, Socket Mode or signed HTTP, slash commands, interactions and Slack's limits, with a page to
 * look at it. It listens on 127.0.0.1 only. Tests drive it with `as(user)`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Stack } from '../stack/port.ts';
import { createChanges } from './changes.ts';
import { createClient } from './client.ts';
import { createDelivery } from './delivery/create.ts';
import { createEventSender } from './delivery/send-event.ts';
import { createMessages } from './messages.ts';
import { createPresenter } from './page/present.ts';
import { createPageRoutes } from './page/routes.ts';
import { createStream } from './page/stream.ts';
import { type Seed, seed } from './people.ts';
import type { Platform } from './platform.ts';
import { createResponseUrls } from './response-urls.ts';
import { createRouter } from './router.ts';
import { openState } from './state.ts';
import { createHooks, type Hooks } from './test-hooks.ts';
import { createTriggers } from './triggers.ts';
import { createViews } from './views.ts';
import { createFaults } from './web-api/faults.ts';
import { createWebApi, type RecordedRequest } from './web-api/handle.ts';
import { allMethods } from './web-api/methods.ts';
import { createRateLimiter, type RateLimits } from './web-api/rate-limit.ts';

export { validateMessage, validateView } from './block-kit.ts';
export { signRequest } from './delivery/sign-request.ts';
export type { Seed } from './people.ts';
export type { Person } from './person.ts';

export interface WorkspaceOptions {
  /** 0 for any free one. */
  port: number;
  /** Where `workspace.sqlite` is kept; in memory when unset. */
  dataDir?: string;
  /** What the page can break. */
  stack?: Stack;
  /** The built page, served at `/`. */
  pageDir?: string;
  people?: Seed;
  /** Reach the app by signed requests instead of Socket Mode. */
  http?: { requestUrl: string; signingSecret: string };
  /** Milliseconds since 1970: what timestamps, `trigger_id`s and `response_url`s go by. */
  clock?: () => number;
  /** Slack's when unset or true, none when false, or some of one's own. */
  rateLimits?: boolean | RateLimits;
  /** Command lines that the page offers while typing. */
  completions?: string[];
  /** Slack's is 3,000. */
  ackTimeoutMs?: number;
  /** From each attempt at an event to the next. Slack's are at once, a minute, five minutes. */
  eventRetryDelaysMs?: number[];
  /** How long a Socket Mode connection lives, and how long before its end it is warned. */
  socketLifetimeMs?: number;
  socketWarningMs?: number;
}

export interface Workspace extends Hooks {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  url: string;
  /** For `slackApiUrl`. */
  apiUrl: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
  botUserId: string;
  /** Ids by handle. */
  people: Readonly<Record<string, string>>;
  /** Ids by name. */
  channels: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A workspace may run for weeks. */
const REMEMBERED_REQUESTS = 10_000;

/** @throws Error with the code `EADDRINUSE` when the port is taken */
export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const state = openState({
    seed: options.people ?? seed,
    dataDir: options.dataDir,
    signingSecret: options.http?.signingSecret,
    clock: options.clock ?? Date.now,
  });
  const { app } = state.seed;
  let url = '';
  const changes = createChanges();
  const messages = createMessages(state, changes);
  const views = createViews(state, changes);
  const triggers = createTriggers(state.now, state.seed.team.id);
  const responseUrls = createResponseUrls(state, messages, () => url);
  const ackTimeoutMs = options.ackTimeoutMs ?? 3000;
  const { delivery, socketMode, signedHttp } = createDelivery({
    appId: app.id,
    ackTimeoutMs,
    http: options.http,
    lifetimeMs: options.socketLifetimeMs ?? 3_600_000,
    warningMs: options.socketWarningMs ?? 10_000,
    onConnectedChange: (connected) => changes.tell({ type: 'bot', connected }),
  });
  const events = createEventSender(state, delivery, {
    retryDelaysMs: options.eventRetryDelaysMs ?? [0, 60_000, 300_000],
    isSocket: socketMode !== undefined,
  });
  const platform: Platform = {
    state,
    changes,
    messages,
    views,
    triggers,
    responseUrls,
    delivery,
    sendEvent: events.send,
  };

  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const client = createClient(platform);
  const presenter = createPresenter(state, messages, options.completions ?? []);
  const stream = createStream(changes, presenter);
  // One look after the other: an older one that took longer would be what the page goes on showing.
  let lastLook = Promise.resolve();
  options.stack?.onChange(() => {
    lastLook = lastLook.then(async () => {
      const stack = await options.stack?.state().catch(() => undefined);
      if (stack !== undefined) changes.tell({ type: 'stack', stack });
    });
  });

  const router = createRouter({
    state,
    faults,
    responseUrls,
    upgrade: socketMode?.upgrade,
    pageDir: options.pageDir,
    api: createWebApi({
      state,
      faults,
      methods: allMethods({
        state,
        changes,
        messages,
        views,
        triggers,
        url: () => url,
        issueLink: socketMode?.issueLink,
      }),
      limiter: createRateLimiter(options.rateLimits ?? true),
      record: (request) => {
        requests.push(request);
        if (requests.length > REMEMBERED_REQUESTS) requests.shift();
      },
    }),
    page: createPageRoutes({
      client,
      presenter,
      stream,
      views,
      stack: options.stack,
      defaultUser: state.seed.users[0]?.id ?? '',
      botConnected: delivery.isConnected,
    }),
  });
  const server = createServer(router.handle).on('upgrade', router.upgrade);
  server.listen(options.port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    state.close();
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The workspace has no port.');
  url = `http://127.0.0.1:${address.port}`;

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    events.stop();
    delivery.stop();
    stream.stop();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    state.close();
  };

  return {
    ...createHooks({ platform, client, faults, requests, socketMode, signedHttp }),
    url,
    apiUrl: `${url}/api/`,
    botToken: state.credentials.botToken,
    appToken: state.credentials.appToken,
    signingSecret: state.credentials.signingSecret,
    botUserId: app.botUserId,
    people: Object.fromEntries(state.users.values().map(({ name, id }) => [name, id])),
    channels: Object.fromEntries(state.channels.values().map(({ name, id }) => [name, id])),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Wires everything: the engine on its database, the estate, the jobs, and, for the bot, Slack and the HTTP port. */
import { hostname } from 'node:os';
import { topics as guide } from '../commands/index.ts';
import { ownName } from './adapters/postgres/own-name.ts';
import { type Config, secretsOf, slackConnection, topicsNamed } from './config.ts';
import { workOnAlerts } from './engine/alerts.ts';
import { carryOutDiagnosis, type DiagnoseDeps } from './engine/diagnose.ts';
import { refuseUnknownTopics } from './engine/intake.ts';
import { lookForStep } from './engine/look.ts';
import type { Checkpoint, Topics } from './engine/ports.ts';
import { carryOut, drawPreview, recoverLost } from './engine/remediate.ts';
import { carryOutReply } from './engine/reply.ts';
import { lookForSilencesOfAll } from './engine/silenced.ts';
import { carryOutSurvey } from './engine/survey.ts';
import { sweep } from './engine/sweep.ts';
import { verify } from './engine/verify.ts';
import type { WorkDeps } from './engine/workshop.ts';
import { messageOf } from './errors.ts';
import { createEstate } from './estate.ts';
import { startHttp } from './http/server.ts';
import { alertIntake, replyIntake } from './incoming.ts';
import { type Jobs, startJobs, type TaskHandlers } from './jobs/jobs.ts';
import { keepSweeping } from './jobs/sweeping.ts';
import { openLadder } from './ladder.ts';
import type { Log } from './log.ts';
import { createHeartbeat } from './paging/heartbeat.ts';
import { openPagers } from './paging/open.ts';
import { createSlackPager } from './paging/slack.ts';
import { channelsOf, openReaching } from './reach.ts';
import { createRedactor } from './redact.ts';
import { call, openClient, refuseBadToken } from './slack/calls.ts';
import { drawPostmortem } from './slack/chronicle.ts';
import { createHttpReceiver, SERVED_BY_OUR_OWN_PORT } from './slack/http-receiver.ts';
import { slackLogger } from './slack/logger.ts';
import { createOutbox } from './slack/outbox.ts';
import { createPages } from './slack/pages.ts';
import { createDrawPostmortem } from './slack/postmortem.ts';
import { type PublishDeps, publish } from './slack/publish.ts';
import { createAccept, workOn } from './slack/receive.ts';
import { keepRoom } from './slack/room.ts';
import { createRouter } from './slack/router.ts';
import { createSocketReceiver } from './slack/socket-receiver.ts';
import { createAlerts } from './store/alerts.ts';
import { createDeliveries } from './store/deliveries.ts';
import { createMessages } from './store/messages.ts';
import { migrate } from './store/migrate.ts';
import { openPool } from './store/pool.ts';
import { createReceipts } from './store/receipts.ts';
import { createReplies } from './store/replies.ts';
import { createRooms } from './store/rooms.ts';
import { createStore } from './store/store.ts';

export interface EngineOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly log: Log;
  /** What can be diagnosed; the guide's when unset. */
  readonly topics?: Topics;
  /** Does nothing but in a test that makes the process die there. */
  readonly checkpoint?: Checkpoint;
  /** How long a verification waits for a change to show, in milliseconds. */
  readonly settleMs?: number;
}

const SETTLE_MS = 15_000;
/** What is in hand at a SIGTERM has this long to end; what has not is taken over by another replica. */
const DRAIN_MS = 20_000;

/** With the 5 s that a timer may be late, what stands still is found within 10. */
const SWEEP_MS = 2_500;

/** The handlers that need no Slack: a terminal works on these too. */
export type EngineHandlers = Pick<
  TaskHandlers,
  'diagnose' | 'survey' | 'look' | 'preview' | 'run' | 'verify'
>;

/** The engine without Slack: what the bot and the terminal share. */
export async function openEngine({
  config,
  databaseUrl,
  log,
  topics = guide,
  checkpoint = () => undefined,
  settleMs,
}: EngineOptions) {
  const { redact, redactDeep } = createRedactor(secretsOf(config));
  const onError = (error: Error) => log.error({ error: error.message }, 'the database connection failed');
  const applicationName = ownName(databaseUrl);
  const pool = openPool(databaseUrl, onError, applicationName);
  await migrate(pool).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const jobs: Jobs = await startJobs(databaseUrl, {
    applicationName,
    onError,
    onFailure: (task, error) => log.warn({ task, error: messageOf(error) }, 'a task failed'),
  });
  const store = createStore(pool, jobs.enqueue, config.maintenance);
  const estate = createEstate(config.environments, [applicationName]);
  const diagnosing: DiagnoseDeps = { store, topics, estate, redact: redactDeep };
  const working: WorkDeps = {
    store,
    topics,
    estate,
    owner: `${hostname()}/${process.pid}`,
    redact: redactDeep,
    checkpoint,
    settleMs: settleMs ?? SETTLE_MS,
  };
  const handlers: EngineHandlers = {
    diagnose: ({ diagnosis }, signal) => carryOutDiagnosis(diagnosing, diagnosis, signal),
    survey: ({ survey }, signal) => carryOutSurvey(diagnosing, survey, signal),
    look: (task, signal) => lookForStep(working, task, signal),
    preview: ({ incident, fix, round }, signal) => drawPreview(working, incident, { fix, round }, signal),
    run: ({ incident, fix, round }, signal) => carryOut(working, incident, { fix, round }, signal),
    verify: ({ incident, fix, round }, signal) => verify(working, incident, { fix, round }, signal),
  };
  const deliveries = createDeliveries(pool);
  const { pagers: settings, people } = config.paging;
  return {
    pool,
    jobs,
    store,
    deliveries,
    services: openPagers(settings, people, { deliveries, checkpoint }),
    topics,
    schedules: config.schedules,
    estate,
    redact,
    checkpoint,
    diagnosing,
    working,
    handlers,
    /** A draft in Markdown; people are named by their ids. @throws UserError when there is no such incident */
    postmortem: async (id: string) => (await drawPostmortem({ store, redact }, id)).markdown,
    close: async () => {
      await jobs.stop(DRAIN_MS);
      await estate.close();
      await pool.end();
    },
  };
}

export type Engine = Awaited<ReturnType<typeof openEngine>>;

export interface BotOptions extends EngineOptions {
  /** The address of /healthz, /readyz and, in HTTP mode, /slack/events; every one when unset. */
  readonly host?: string;
}

export interface Bot {
  /** The port of /healthz and /readyz. */
  readonly port: number;
  /** Settles once Slack is reached: Paksa waits for as long as it is away. Rejects when Slack refuses the tokens. */
  readonly connected: Promise<void>;
  stop(): Promise<void>;
}

/** The whole bot. @throws UserError when it cannot start, and what to do */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { config, log } = options;
  const connection = slackConnection(config.slack);
  refuseUnknownTopics(config.alerts.routes, options.topics ?? guide, topicsNamed(config));
  const engine = await openEngine(options);
  const { store, topics, checkpoint, redact, diagnosing, pool, jobs, deliveries, services } = engine;
  const { apiUrl } = config.slack;
  const client = openClient({ botToken: connection.botToken, apiUrl });
  const messages = createMessages(pool);
  const receipts = createReceipts(pool, jobs.enqueue);
  const logger = slackLogger(log);
  const accept = createAccept(receipts, checkpoint);
  const outbox = createOutbox(client, messages, checkpoint);
  const channelOf = channelsOf(config);
  const publishing: PublishDeps = {
    client,
    outbox,
    messages,
    store,
    topics,
    schedules: config.schedules,
    channelOf,
  };
  const ladder = openLadder({
    deliveries,
    services,
    store,
    schedules: config.schedules,
    slack: createSlackPager(createPages(publishing)),
    redact,
    checkpoint,
  });
  const { pagers, quieter } = ladder;
  const reaching = openReaching({ config, engine, client, pagers, quieter, log });
  const alerts = createAlerts(pool, jobs.enqueue);
  const replies = createReplies(pool, jobs.enqueue);
  const replying = { store, replies, deliveries: ladder.deliveries, checkpoint };
  const incoming = { topics, redact: diagnosing.redact, checkpoint, log };
  const rooms = createRooms(pool);

  const socket =
    connection.mode === 'socket'
      ? createSocketReceiver({ appToken: connection.appToken, apiUrl, accept, logger })
      : undefined;
  const router = createRouter(
    {
      client,
      viewsClient: openClient({ botToken: connection.botToken, apiUrl }),
      store,
      messages,
      topics,
      diagnose: diagnosing,
      schedules: config.schedules,
      silences: config.silences,
      postmortem: createDrawPostmortem({ client, store, messages, redact }),
      reach: reaching.reach,
      drills: reaching.drills,
      checkpoint,
      logger,
    },
    socket ?? SERVED_BY_OUR_OWN_PORT,
  );
  await jobs.work(
    {
      ...engine.handlers,
      ...ladder.handlers,
      room: (task) => keepRoom({ client, store, rooms, outbox, redact, checkpoint }, task),
      ...reaching.handlers,
      alerts: (group) => workOnAlerts({ ...engine.diagnosing, alerts, checkpoint, channelOf }, group),
      publish: ({ subject }) => publish(publishing, subject),
      receive: ({ receipt }) => workOn(router, receipts, receipt),
      reply: async ({ reply }) => void (await carryOutReply(replying, reply)),
    },
    {
      run: ({ incident, fix, round }) => recoverLost(engine.working, incident, { fix, round }),
      ...ladder.lost,
      ...reaching.lost,
    },
  );
  await reaching.begin();
  lookForSilencesOfAll(store).catch((error: unknown) =>
    log.error({ error: messageOf(error) }, 'what silences the open incidents could not be looked up'),
  );
  const sweeping = keepSweeping({
    sweep: () => sweep(ladder.escalating),
    everyMs: SWEEP_MS,
    ...(config.heartbeat
      ? { beat: { send: createHeartbeat(config.heartbeat.url), everyMs: config.heartbeat.everyMs } }
      : {}),
    onMoved: (moved) => log.warn({ moved }, 'moved on what the queue had left behind'),
    onStuck: (stuck) => log.error({ stuck }, 'cannot move these: page somebody by hand'),
    onError: (error) => log.error({ error: messageOf(error) }, 'the sweep failed'),
  });
  const http = await startHttp({
    port: config.port,
    host: options.host,
    notReady: async () => {
      const hasDatabase = await pool.query('SELECT 1').then(
        () => true,
        () => false,
      );
      return [...(hasDatabase ? [] : ['database']), ...(socket && !socket.connected() ? ['slack'] : [])];
    },
    ...(connection.mode === 'http'
      ? { slackEvents: createHttpReceiver({ signingSecret: connection.signingSecret, accept, logger }) }
      : {}),
    alerts: alertIntake(config, incoming, alerts),
    replies: replyIntake(config, incoming, replies, (id) => carryOutReply(replying, id)),
    onError: (error) => log.error({ error }, 'an HTTP request failed'),
  });
  const connected = (async () => {
    await refuseBadToken(client);
    if (socket) await call('apps.connections.open', socket.start());
  })();
  // Whoever started the bot awaits it; until then its failure is nobody's.
  connected.catch(() => undefined);
  return {
    port: http.port,
    connected,
    // In first, then out: nothing more is taken in, what is in hand ends, and only then the database is left.
    stop: async () => {
      await socket?.stop();
      await http.stop();
      await sweeping.stop();
      await engine.close();
    },
  };
}

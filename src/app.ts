/** Wires everything: the engine on its database, the estate, the jobs, and, for the bot, Slack and the HTTP port. */
import { hostname } from 'node:os';
import { topics as guide } from '../commands/index.ts';
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
import { createJobs, type TaskHandlers } from './jobs/jobs.ts';
import { keepSweeping } from './jobs/sweeping.ts';
import { openLadder } from './ladder.ts';
import { type Log, sparingly } from './log.ts';
import { openAlone, openPlace, thereOrRemembered } from './open-alone.ts';
import { createHeartbeat } from './paging/heartbeat.ts';
import { createSlackPager } from './paging/slack.ts';
import { createRedactor } from './redact.ts';
import { call, openClient, refuseBadToken } from './slack/calls.ts';
import { createHttpReceiver, SERVED_BY_OUR_OWN_PORT } from './slack/http-receiver.ts';
import { slackLogger } from './slack/logger.ts';
import { createOutbox } from './slack/outbox.ts';
import { createPages } from './slack/pages.ts';
import { type PublishDeps, publish } from './slack/publish.ts';
import { createAccept, workOn } from './slack/receive.ts';
import { createRouter } from './slack/router.ts';
import { createSocketReceiver } from './slack/socket-receiver.ts';
import { createRemembering } from './spool/remember.ts';
import { createAlerts } from './store/alerts.ts';
import { createMessages } from './store/messages.ts';
import { migrate } from './store/migrate.ts';
import { installationOf, openPool } from './store/pool.ts';
import { createReceipts } from './store/receipts.ts';
import { createReplies } from './store/replies.ts';
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
  /** The database was known before: where it is away, it is waited for. */
  readonly remembered?: { readonly installation: string } | undefined;
  /** Told of what is committed. */
  readonly remember?: ReturnType<typeof createRemembering>;
}

const SETTLE_MS = 15_000;
/** How often a failing connection is logged. */
const ERRORS_MS = 10_000;
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
  remembered,
  remember = createRemembering(() => undefined),
}: EngineOptions) {
  const { redact, redactDeep } = createRedactor(secretsOf(config));
  // Every worker says so at every poll: hundreds a second.
  const onError = sparingly(ERRORS_MS, (error: Error, more) =>
    log.error({ error: error.message, more }, 'the database connection failed'),
  );
  const pool = openPool(databaseUrl, onError);
  const jobs = createJobs(databaseUrl, {
    onError,
    onFailure: (task, error) => log.warn({ task, error: messageOf(error) }, 'a task failed'),
  });
  const begin = async (): Promise<void> => {
    await migrate(pool);
    await jobs.start();
  };
  const isThere = await thereOrRemembered(begin(), remembered).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const store = remember.store(createStore(pool, jobs.enqueue, config.maintenance));
  const estate = createEstate(config.environments);
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
  return {
    pool,
    isThere,
    begin,
    installation: isThere ? await installationOf(pool) : (remembered?.installation ?? ''),
    jobs,
    store,
    topics,
    schedules: config.schedules,
    estate,
    redact,
    checkpoint,
    diagnosing,
    working,
    handlers,
    close: async () => {
      await jobs.stop(DRAIN_MS);
      await estate.close();
      await pool.end();
    },
  };
}

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
  const place = await openPlace(config.spoolFolder, log);
  const remember = createRemembering(place.spool.updatePicture);
  const engine = await openEngine({ ...options, remembered: place.spool.picture(), remember });
  const { store, topics, checkpoint, redact, diagnosing, pool, jobs, installation } = engine;
  const { apiUrl } = config.slack;
  const client = openClient({ botToken: connection.botToken, apiUrl });
  const messages = remember.messages(createMessages(pool));
  const logger = slackLogger(log);
  const outbox = createOutbox({ client, messages, checkpoint, installation });
  const channels = new Map(config.environments.map(({ target, channel }) => [target.environment, channel]));
  const channelOf = (environment: string) => channels.get(environment);
  const publishing: PublishDeps = {
    client,
    outbox,
    messages,
    store,
    topics,
    schedules: config.schedules,
    channelOf,
  };
  const alone = openAlone(options, engine, { client, channelOf, place });
  const receipts = alone.receipts(createReceipts(pool, jobs.enqueue));
  const alerts = alone.alerts(createAlerts(pool, jobs.enqueue));
  const accept = createAccept(receipts, checkpoint);
  const { whenThere } = alone;
  const ladder = openLadder({
    pool,
    installation,
    whenThere,
    store,
    paging: config.paging,
    schedules: config.schedules,
    slack: createSlackPager(createPages(publishing)),
    redact,
    checkpoint,
  });
  const replies = alone.replies(createReplies(pool, jobs.enqueue));
  const replying = { store, replies, deliveries: ladder.deliveries, checkpoint };
  const incoming = { topics, redact: diagnosing.redact, checkpoint, log };

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
      checkpoint,
      logger,
    },
    socket ?? SERVED_BY_OUR_OWN_PORT,
  );
  const working = alone.begun.then(() =>
    jobs.work(
      {
        ...engine.handlers,
        ...ladder.handlers,
        alerts: (group) => workOnAlerts({ ...engine.diagnosing, alerts, checkpoint, channelOf }, group),
        publish: ({ subject }) => publish(publishing, subject),
        receive: ({ receipt }) => workOn(router, receipts, receipt),
        reply: async ({ reply }) => void (await carryOutReply(replying, reply)),
      },
      {
        run: ({ incident, fix, round }) => recoverLost(engine.working, incident, { fix, round }),
        ...ladder.lost,
      },
    ),
  );
  if (engine.isThere) await working;
  working
    .then(() => lookForSilencesOfAll(store))
    .catch((error: unknown) =>
      log.error({ error: messageOf(error) }, 'what silences the open incidents could not be looked up'),
    );
  const sweeping = keepSweeping({
    sweep: () => whenThere(() => sweep(ladder.escalating)),
    everyMs: SWEEP_MS,
    ...(config.heartbeat
      ? { beat: { send: createHeartbeat(config.heartbeat.url), everyMs: config.heartbeat.everyMs } }
      : {}),
    onMoved: (moved) => log.warn({ moved }, 'moved on what the queue had left behind'),
    onStuck: (stuck) => log.error({ stuck }, 'cannot move these: page somebody by hand'),
    onError: (error) => {
      if (alone.isThere()) log.error({ error: messageOf(error) }, 'the sweep failed');
    },
  });
  const http = await startHttp({
    port: config.port,
    host: options.host,
    readiness: () => {
      const { without, works } = alone.state();
      const hasSlack = !socket || socket.connected();
      return { waitingFor: [...without, ...(hasSlack ? [] : ['slack'])], works: works && hasSlack };
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
      await alone.stop();
      await engine.close();
    },
  };
}

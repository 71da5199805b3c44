/** Wires the bot: Slack, the HTTP port, the ladder and what goes on without the database, around the engine. */
import { topics as guide } from '../commands/index.ts';
import { grantsOf, slackConnection, topicsNamed } from './config.ts';
import { workOnAlerts } from './engine/alerts.ts';
import { refuseUnknownTopics } from './engine/intake.ts';
import { refuseUnknownFixes } from './engine/lookup.ts';
import { recoverLost } from './engine/remediate.ts';
import { carryOutReply } from './engine/reply.ts';
import { lookForSilencesOfAll } from './engine/silenced.ts';
import { sweep } from './engine/sweep.ts';
import { messageOf } from './errors.ts';
import { startHttp } from './http/server.ts';
import { alertIntake, replyIntake } from './incoming.ts';
import { keepSweeping } from './jobs/sweeping.ts';
import { openLadder } from './ladder.ts';
import { openAlone, openPlace } from './open-alone.ts';
import { type EngineOptions, openEngine } from './open-engine.ts';
import { createHeartbeat } from './paging/heartbeat.ts';
import { createSlackPager } from './paging/slack.ts';
import { channelsOf, openReaching } from './reach.ts';
import { call, openClient, refuseBadToken } from './slack/calls.ts';
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
import { createRemembering } from './spool/remember.ts';
import { createAlerts } from './store/alerts.ts';
import { createMessages } from './store/messages.ts';
import { createReceipts } from './store/receipts.ts';
import { createReplies } from './store/replies.ts';
import { createRooms } from './store/rooms.ts';

/** With the 5 s that a timer may be late, what stands still is found within 10. */
const SWEEP_MS = 2_500;

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
  refuseUnknownFixes(options.topics ?? guide, grantsOf(config));
  const place = await openPlace(config.spoolFolder, log);
  const remember = createRemembering(place.spool.updatePicture);
  const engine = await openEngine({ ...options, remembered: place.spool.picture(), remember });
  const { store, topics, checkpoint, redact, diagnosing, pool, jobs } = engine;
  const { deliveries, services, installation } = engine;
  const { apiUrl } = config.slack;
  const client = openClient({ botToken: connection.botToken, apiUrl });
  const messages = remember.messages(createMessages(pool));
  const logger = slackLogger(log);
  const outbox = createOutbox({ client, messages, checkpoint, installation });
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
  const alone = openAlone(options, engine, { client, channelOf, place });
  const receipts = alone.receipts(createReceipts(pool, jobs.enqueue));
  const alerts = alone.alerts(createAlerts(pool, jobs.enqueue));
  const accept = createAccept(receipts, checkpoint);
  const { whenThere } = alone;
  const ladder = openLadder({
    deliveries,
    services,
    whenThere,
    store,
    schedules: config.schedules,
    slack: createSlackPager(createPages(publishing)),
    redact,
    checkpoint,
  });
  const { pagers, quieter } = ladder;
  const reaching = openReaching({ config, engine, client, pagers, quieter, log });
  const replies = alone.replies(createReplies(pool, jobs.enqueue));
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
      audit: engine.audit,
      checkpoint,
      logger,
    },
    socket ?? SERVED_BY_OUR_OWN_PORT,
  );
  const working = alone.begun.then(async () => {
    await jobs.work(
      {
        ...engine.handlers,
        ...ladder.handlers,
        ...reaching.handlers,
        room: (task) => keepRoom({ client, store, rooms, outbox, redact, checkpoint }, task),
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
  });
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

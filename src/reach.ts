/** Wires what looks at the ladders and what drills them, for the bot and for a terminal. */
import type { WebClient } from '@slack/web-api';
import type { Config } from './config.ts';
import type { DrillDeps } from './engine/drill.ts';
import { type DrillPagesDeps, drillPageLost, endDrill, sendDrillPage } from './engine/drill-pages.ts';
import { nobodyAsked, type ReachDeps } from './engine/reachability.ts';
import type { TaskOf } from './engine/task.ts';
import { lookAhead, oweLook, type WatchDeps } from './engine/watch.ts';
import type { Log } from './log.ts';
import type { Engine } from './open-engine.ts';
import { createPagerDesk } from './paging/desk.ts';
import { createQuieter } from './paging/quiet.ts';
import { createSlackPager } from './paging/slack.ts';
import type { ContactWay } from './policy/facts.ts';
import { SLACK } from './policy/policy.ts';
import { openClient } from './slack/calls.ts';
import { openDirectory } from './slack/directory.ts';
import { createOutbox } from './slack/outbox.ts';
import { createPages } from './slack/pages.ts';
import { createMessages } from './store/messages.ts';

/** For one look: what Slack says is remembered that long. Without a client, nobody asks Slack. */
export const openReach = (config: Config, engine: Engine, client: WebClient | undefined): ReachDeps => ({
  store: engine.store,
  estate: engine.estate,
  schedules: config.schedules,
  channelOf: channelsOf(config),
  contacts: new Map(
    [...config.paging.people].map(([id, contact]) => [id, WAYS.filter((way) => contact[way])]),
  ),
  directory: client
    ? openDirectory(client)
    : nobodyAsked('Slack was not asked: set SLACK_BOT_TOKEN, as the bot has it'),
  pagers: createPagerDesk({
    settings: config.paging.pagers,
    services: engine.services,
    redact: engine.redact,
  }),
});

const WAYS: readonly ContactWay[] = ['email', 'phone'];

/** The channel of each environment's incidents. */
export const channelsOf = ({ environments }: Config) => {
  const channels = new Map(environments.map(({ target, channel }) => [target.environment, channel]));
  return (environment: string): string | undefined => channels.get(environment);
};

/** What starting a drill needs. A service that knows whom to call is paged once for a level. */
export const openDrills = ({ store, schedules, estate, services }: Engine): DrillDeps => ({
  store,
  schedules,
  estate,
  isOfLevel: (pager) => services.get(pager)?.reaches === 'level',
});

/** What a drill owes, for whoever works on it. */
export const drillWork = (pages: DrillPagesDeps) => ({
  handlers: {
    drill: (task: TaskOf<'drill'>) => sendDrillPage(pages, task),
    'drill-end': (task: TaskOf<'drill-end'>) => endDrill(pages, task),
  },
  lost: { drill: (task: TaskOf<'drill'>) => drillPageLost(pages, task) },
});

export interface ReachingParts {
  readonly config: Config;
  readonly engine: Engine;
  readonly client: WebClient;
  readonly pagers: DrillPagesDeps['pagers'];
  readonly quieter: DrillPagesDeps['quieter'];
  readonly log: Log;
}

/** For the bot, which looks ahead by itself too. */
export function openReaching({ config, engine, client, pagers, quieter, log }: ReachingParts) {
  const { store, redact, checkpoint } = engine;
  const reach = () => openReach(config, engine, client);
  const watch: WatchDeps = {
    store,
    reach,
    onLost: (environment, lost) => log.warn({ environment, lost }, 'a level will reach nobody within a day'),
  };
  const { handlers, lost } = drillWork({ store, pagers, quieter, redact, checkpoint });
  return {
    reach,
    drills: openDrills(engine),
    handlers: { ...handlers, 'look-ahead': (task: TaskOf<'look-ahead'>) => lookAhead(watch, task) },
    lost,
    begin: () => oweLook(watch),
  };
}

/** For a terminal: undefined where it has no token. */
export const slackOf = ({ slack: { botToken, apiUrl } }: Config): WebClient | undefined =>
  botToken === undefined ? undefined : openClient({ botToken, apiUrl });

/** For a terminal that sends a drill's pages itself. */
export function openTerminalDrill(config: Config, engine: Engine, client: WebClient): DrillPagesDeps {
  const { store, pool, topics, services, deliveries, redact, checkpoint, installation } = engine;
  const messages = createMessages(pool);
  const outbox = createOutbox({ client, messages, checkpoint, installation });
  const { schedules } = config;
  const pages = createPages({
    client,
    outbox,
    messages,
    store,
    topics,
    schedules,
    channelOf: channelsOf(config),
  });
  return {
    store,
    pagers: new Map([[SLACK, createSlackPager(pages)], ...services]),
    quieter: createQuieter({ services, deliveries, redact, checkpoint }),
    redact,
    checkpoint,
  };
}

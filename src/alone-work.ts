/** The engine, its pagers and Slack on a memory instead of the database: the same code, over the spool. */
import type { WebClient } from '@slack/web-api';
import type { Config } from './config.ts';
import type { Entry, Picture } from './engine/alone.ts';
import { type CarryingOn, createCarryOn } from './engine/carry-on.ts';
import type { Checkpoint, Receipt, Topics } from './engine/ports.ts';
import { quiet } from './engine/quiet.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { createInOrder } from './paging/in-order.ts';
import { openPagers } from './paging/open.ts';
import { createQuieter } from './paging/quiet.ts';
import { createSlackPager } from './paging/slack.ts';
import { SLACK } from './policy/policy.ts';
import { answerAlone } from './slack/answer-alone.ts';
import { lookAround, stepKey, stoppedKey } from './slack/look-around.ts';
import { createOutbox } from './slack/outbox.ts';
import { createPages } from './slack/pages.ts';
import { awayView, backView, stepView, stoppedView } from './slack/views/alone.ts';
import type { View } from './slack/views/blocks.ts';
import { createSpooledDeliveries } from './spool/deliveries.ts';
import type { Memory } from './spool/memory.ts';
import { createSpooledMessages } from './spool/messages.ts';
import { createSpooledStore } from './spool/store.ts';

export interface AloneWorkDeps {
  readonly config: Config;
  readonly client: WebClient;
  readonly topics: Topics;
  readonly replica: string;
  readonly add: (entry: Entry) => Promise<unknown>;
  readonly now: () => number;
  readonly redact: (text: string) => string;
  readonly checkpoint: Checkpoint;
  readonly log: Log;
  readonly channelOf: (environment: string) => string | undefined;
}

export interface AloneWork {
  readonly carrying: CarryingOn;
  /** A payload of Slack: what counts at once is done, and whoever sent it is told. */
  readonly answer: (receipt: Receipt) => Promise<void>;
  /** Tells the environments' channels, each once. */
  readonly notice: (news: 'away' | 'back') => Promise<void>;
}

/** The first of several replicas waits for those that may reach the database; each further one for those before it. */
const FIRST_MS = 10_000;
const NEXT_MS = 5_000;
/** Notices of several replicas about one silence are one: they last heard the database within this, in milliseconds. */
const SAME_SILENCE_MS = 600_000;
/** Between two tries to tell a service that somebody has answered. */
const QUIET_AGAIN_MS = 5_000;

export function createAloneWork(deps: AloneWorkDeps, memory: Memory, picture: Picture): AloneWork {
  const { config, client, topics, redact, checkpoint, log, channelOf, add, now } = deps;
  const { installation } = memory;
  const rows = { memory, add, now, maintenance: config.maintenance, freezes: config.freezes };
  const store = createSpooledStore(rows);
  const deliveries = createSpooledDeliveries(rows);
  const messages = createSpooledMessages(rows);
  // Notes are looked for before they are posted, so that nothing of them has to be kept.
  const notes = createOutbox({
    client,
    messages: createSpooledMessages({ memory, add: async () => true }),
    checkpoint: () => undefined,
    installation,
  });
  const outbox = createOutbox({ client, messages, checkpoint, installation });
  const { schedules } = config;
  const pages = createPages({ client, outbox, messages, store, topics, schedules, channelOf });
  const services = openPagers(config.paging.pagers, config.paging.people, { deliveries, checkpoint });
  const pagers = new Map([[SLACK, createSlackPager(pages)], ...services]);
  const quieter = createQuieter({ services, deliveries, redact, checkpoint });
  const onError = (error: unknown, what: string): void =>
    log.warn({ error: messageOf(error), what }, 'without the database');

  /** Beside the card, where there is one. */
  const tellThread = async (incident: string, key: string, view: View): Promise<void> => {
    const card = memory.cards.get(incident);
    if (card) await notes.deliver(key, { channel: card.channel, threadTs: card.ts }, view);
  };
  const carrying = createCarryOn({
    store,
    pager: createInOrder({ pagers, deliveries, redact }),
    schedules,
    redact,
    checkpoint,
    patienceMs: patienceOf(memory.replicas, deps.replica),
    lookAround: (incident) =>
      lookAround({ client, installation, heardAt: picture.machineAt }, incident, memory.cards.get(incident)),
    leave: async (page) => {
      memory.note({ entry: 'elsewhere', page });
      await add({ entry: 'elsewhere', page });
    },
    claim: async (id, page) => {
      const incident = memory.incidents.get(id);
      if (incident) await tellThread(id, stepKey(id, page.level, page.attempt), stepView(incident, page));
    },
    versionOf: (incident) => memory.versions.get(incident) ?? 0,
    onError,
  });

  let quietAt = Number.NEGATIVE_INFINITY;
  const tellServices = async (): Promise<void> => {
    if (memory.unquieted.size === 0 || performance.now() < quietAt) return;
    quietAt = performance.now() + QUIET_AGAIN_MS;
    for (const incident of memory.unquieted)
      await quiet({ store, quieter }, { task: 'quiet', incident }).then(
        () => memory.unquieted.delete(incident),
        (error: unknown) => onError(error, `${incident}: a service was not told of the answer`),
      );
  };

  return {
    carrying: {
      ...carrying,
      round: async () => {
        await carrying.round();
        await tellServices();
      },
    },
    answer: async (receipt) => {
      if (memory.answered.has(receipt.id)) return;
      const isDone = await answerAlone(
        {
          client,
          store,
          schedules,
          checkpoint,
          stopped: (incident, by) =>
            tellThread(incident.id, stoppedKey(incident.id), stoppedView(incident.status, by)).catch(
              (error: unknown) => onError(error, 'the thread was not told of an answer'),
            ),
        },
        receipt,
      );
      if (!isDone) return;
      const entry = { entry: 'answered', receipt: receipt.id } as const;
      memory.note(entry);
      await add(entry);
    },
    notice: async (news) => {
      const view = news === 'away' ? awayView(picture.at) : backView(picture.at, now());
      const silence = Math.floor(picture.at / SAME_SILENCE_MS);
      const channels = config.environments.flatMap(({ channel }) => channel ?? []);
      for (const channel of new Set(channels))
        await notes
          .deliver(`alone/${news}/${silence}/${channel}`, { channel }, view)
          .catch((error: unknown) => onError(error, 'a channel was not told'));
    },
  };
}

/** Undefined where nobody else is there. */
function patienceOf(replicas: readonly string[], self: string): number | undefined {
  if (replicas.every((each) => each === self)) return undefined;
  return FIRST_MS + Math.max(0, replicas.indexOf(self)) * NEXT_MS;
}

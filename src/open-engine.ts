/** Wires the engine on its database, the estate and the jobs: what the bot and the terminal share. */
import { hostname } from 'node:os';
import { topics as guide } from '../commands/index.ts';
import { ownName } from './adapters/postgres/own-name.ts';
import { type Config, secretsOf } from './config.ts';
import { carryOutDiagnosis, type DiagnoseDeps } from './engine/diagnose.ts';
import { lookForStep } from './engine/look.ts';
import type { Checkpoint, Topics } from './engine/ports.ts';
import { carryOut, drawPreview } from './engine/remediate.ts';
import { carryOutSurvey } from './engine/survey.ts';
import { verify } from './engine/verify.ts';
import type { WorkDeps } from './engine/workshop.ts';
import { messageOf } from './errors.ts';
import { createEstate } from './estate.ts';
import { createJobs, type TaskHandlers } from './jobs/jobs.ts';
import { type Log, sparingly } from './log.ts';
import { thereOrRemembered } from './open-alone.ts';
import { openPagers } from './paging/open.ts';
import { createRedactor } from './redact.ts';
import { drawPostmortem } from './slack/chronicle.ts';
import { createRemembering } from './spool/remember.ts';
import { createAuditLog } from './store/audit.ts';
import { createDeliveries } from './store/deliveries.ts';
import { migrate } from './store/migrate.ts';
import { installationOf, openPool } from './store/pool.ts';
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
  const applicationName = ownName(databaseUrl);
  const pool = openPool(databaseUrl, onError, applicationName);
  const jobs = createJobs(databaseUrl, {
    applicationName,
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
  const installation = isThere ? await installationOf(pool) : (remembered?.installation ?? '');
  const store = remember.store(createStore(pool, jobs.enqueue, config));
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
  const deliveries = createDeliveries(pool, installation);
  const { pagers: settings, people } = config.paging;
  return {
    pool,
    isThere,
    begin,
    installation,
    jobs,
    store,
    audit: createAuditLog(pool),
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

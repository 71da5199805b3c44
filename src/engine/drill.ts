/** Starts drills: whom one would wake is shown first, and what was shown is what is sent. */
import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import { DRILL_MS, type Drill, type PlannedPage, planDrill, REST_MS } from '../policy/drill.ts';
import type { Actor } from '../policy/permission.ts';
import type { EscalationPolicy, Level, Recipient, Responder } from '../policy/policy.ts';
import { leadersOf, mayDrill } from '../policy/realm.ts';
import { onCallAt } from '../policy/schedule.ts';
import { forbidden, type Refused } from './apply.ts';
import { environmentOf } from './lookup.ts';
import type { Estate, Schedules, Store, Transaction } from './ports.ts';
import { laddersOf } from './reachability.ts';

export interface DrillDeps {
  readonly store: Pick<Store, 'transact'>;
  readonly schedules: Schedules;
  readonly estate: Pick<Estate, 'environments' | 'policy' | 'ladders'>;
  /** Whether a pager knows itself whom to call. */
  readonly isOfLevel: (pager: string) => boolean;
}

export interface DrillPlan {
  readonly environment: string;
  readonly level?: number;
  readonly levels: readonly Level[];
  readonly pages: readonly PlannedPage[];
  /** Stands for all of it: whoever confirms says what they have seen. */
  readonly digest: string;
}

export interface DrillWish {
  readonly environment?: string | undefined;
  readonly level?: number | undefined;
}

/** What a drill would send now. @throws UserError on an unknown environment, or a level that there is not */
export const drillPlan = (deps: DrillDeps, wish: DrillWish): Promise<DrillPlan> =>
  deps.store.transact((tx) => plan(deps, tx, wish));

async function plan(deps: DrillDeps, tx: Transaction, wish: DrillWish): Promise<DrillPlan> {
  const environment = environmentOf(deps.estate, wish.environment);
  const levels = levelsOf(laddersOf(deps.estate, environment).map(({ escalation }) => escalation));
  const { level } = wish;
  if (level !== undefined && levels[level - 1] === undefined)
    throw new UserError(`There is no level ${level}: ${environment} has ${levels.length}.`);
  const takes = await whoTakesNow(deps, tx, levels);
  const pages = planDrill(levels, { level, takes, isOfLevel: deps.isOfLevel });
  if (pages.length === 0)
    throw new UserError('There is nobody to page: add responders to the ladder in paksa.yaml first.');
  const digest = createHash('sha256')
    .update(JSON.stringify([environment, pages]))
    .digest('hex')
    .slice(0, 16);
  return { environment, levels, pages, digest, ...(level === undefined ? {} : { level }) };
}

/** Of every ladder, each once: two ladders may share a level, which is woken once. */
const levelsOf = (ladders: readonly EscalationPolicy[]): readonly Level[] => [
  ...new Map(ladders.flatMap(({ levels }) => levels).map((level) => [JSON.stringify(level), level])).values(),
];

async function whoTakesNow(
  { schedules }: DrillDeps,
  { now, overrides }: Transaction,
  levels: readonly Level[],
): Promise<(responder: Responder) => Recipient | undefined> {
  const users = new Map<string, string | undefined>();
  for (const { kind, id } of levels.flatMap(({ responders }) => responders)) {
    const schedule = kind === 'schedule' ? schedules.get(id) : undefined;
    if (schedule) users.set(id, onCallAt(schedule, await overrides.since(id, now), now));
  }
  return ({ kind, id }) => {
    if (kind !== 'schedule') return { kind, id };
    const user = users.get(id);
    return user === undefined ? undefined : { kind: 'user', id: user };
  };
}

export interface DrillRequest extends DrillWish {
  /** What was shown to whoever asks. */
  readonly digest: string;
  readonly by: Actor;
  readonly cause: string;
  /** Where its result is shown. */
  readonly channel?: string | undefined;
}

export type Drilled =
  | { readonly done: true; readonly drill: Drill }
  | Refused
  /** Somebody else would be woken now than was confirmed. */
  | { readonly done: false; readonly changed: DrillPlan };

/** The drill, its pages and its end commit together. @throws UserError as `drillPlan` does, and when there was one a while ago */
export async function startDrill(deps: DrillDeps, request: DrillRequest): Promise<Drilled> {
  return deps.store.transact(async (tx): Promise<Drilled> => {
    const wanted = await plan(deps, tx, request);
    const permission = mayDrill(leadersOf(deps.estate.policy(wanted.environment)), wanted.levels, request.by);
    if (!permission.allowed) return forbidden(permission);
    const latest = await tx.drills.latest(wanted.environment);
    if (latest?.cause === request.cause) return started(tx, latest.id);
    const restMs = latest ? latest.startedAt + REST_MS - tx.now : 0;
    if (latest && restMs > 0)
      throw new UserError(
        `${latest.id} was ${Math.floor((tx.now - latest.startedAt) / 60_000)} min ago: people are not woken again for another ${Math.ceil(restMs / 60_000)} min.`,
      );
    if (wanted.digest !== request.digest) return { done: false, changed: wanted };
    const { environment, levels, pages } = wanted;
    const { by, cause, channel } = request;
    const id = await tx.drills.start({ environment, levels, pages, startedBy: by.id, cause });
    if (channel !== undefined) await tx.reserveMessage(`drill/${id}`, channel);
    for (const page of pages.keys()) await tx.send({ task: 'drill', drill: id, page });
    await tx.send({ task: 'drill-end', drill: id }, tx.now + DRILL_MS);
    await tx.send({ task: 'publish', subject: `drill/${id}` });
    return started(tx, id);
  });
}

async function started({ drills }: Transaction, id: string): Promise<Drilled> {
  const drill = await drills.find(id);
  if (!drill) throw new Error(`The drill ${id} was not kept.`);
  return { done: true, drill };
}

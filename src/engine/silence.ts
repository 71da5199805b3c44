/** Makes and ends silences: checked, recorded, told to the channel, and known to every incident that they cover, in one commit. */
import { UserError } from '../errors.ts';
import type { Incident } from '../incident/incident.ts';
import { silencedBy } from '../incident/silenced.ts';
import type { Actor } from '../policy/permission.ts';
import { maySilence, realmIn } from '../policy/realm.ts';
import { covers, type MaintenanceWindow, type Period, periodsOfWindow } from '../policy/silence.ts';
import { DAY, HOUR, MINUTE } from '../policy/wall-clock.ts';
import { forbidden, type Refused } from './apply.ts';
import { environmentOf, runbookOf } from './lookup.ts';
import { coveredOf } from './periods.ts';
import type { Estate, RecordedSilence, Schedules, Store, Topics, Transaction } from './ports.ts';
import { seeSilences } from './silenced.ts';

export interface SilenceDeps {
  readonly store: Store;
  readonly topics: Topics;
  readonly schedules: Schedules;
  readonly estate: Pick<Estate, 'environments' | 'policy' | 'ladders'>;
  /** How long one may last, in milliseconds. */
  readonly longestMs: number;
}

export interface SilenceRequest {
  readonly environment: string;
  /** Every topic when absent. */
  readonly topic?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch milliseconds; now when absent. */
  readonly from?: number | undefined;
  readonly to: number;
  readonly reason: string;
  readonly by: Actor;
  /** What led to it, such as a payload's id: the same cause makes one. */
  readonly cause: string;
  /** That it silences what is open is meant. */
  readonly sure?: boolean;
}

export type Silenced =
  | { readonly done: true; readonly silence: RecordedSilence }
  /** It is written down and does not count: it would silence what is open. */
  | { readonly done: false; readonly unsure: RecordedSilence; readonly open: readonly Incident[] }
  | (Refused & { readonly unsure?: never });

/** How far ahead one may be made. */
const AHEAD_MS = 92 * DAY;
const MOST_LABELS = 10;

/** @throws UserError on an unknown environment or topic, a time that cannot be meant, or without a reason */
export async function makeSilence(deps: SilenceDeps, request: SilenceRequest): Promise<Silenced> {
  const { by, cause, sure = false, labels } = request;
  const environment = environmentOf(deps.estate, request.environment);
  const topic = request.topic === undefined ? undefined : runbookOf(deps.topics, request.topic).topic;
  const reason = request.reason.trim();
  if (reason === '') throw new UserError('Say why: whoever is not paged has to know.');
  if (Object.keys(labels).length > MOST_LABELS) throw new UserError(`Give ${MOST_LABELS} labels at most.`);
  const refusal = refusedTo(deps, { environment, topic }, by);
  if (refusal) return refusal;
  return deps.store.transact(async (tx): Promise<Silenced> => {
    await tx.silences.holdOpenings();
    const from = Math.max(request.from ?? tx.now, tx.now);
    refuseTimes(deps, tx.now, from, request.to);
    const open = sure || from > tx.now ? [] : await wouldSilence(tx, { environment, topic, labels });
    const wanted = { environment, topic, labels, from, to: request.to, reason, madeBy: by.id };
    const silence = await tx.silences.make({ ...wanted, isConfirmed: open.length === 0 }, cause);
    if (!silence.isConfirmed) return { done: false, unsure: silence, open };
    await takeEffect(tx, silence);
    return { done: true, silence };
  });
}

/** That it silences what is open is meant. @throws UserError when there is no such silence */
export const confirmSilence = (deps: SilenceDeps, id: string, by: Actor): Promise<Silenced> =>
  deps.store.transact(async (tx): Promise<Silenced> => {
    await tx.silences.holdOpenings();
    const found = await knownSilence(tx, id);
    const refusal = refusedTo(deps, found, by);
    if (refusal) return refusal;
    if (found.to <= tx.now) return { done: false, why: 'It would be over by now: make another.' };
    const silence = await tx.silences.confirm(id);
    if (!silence) return { done: false, why: 'That silence is made already.', by: found.madeBy };
    await takeEffect(tx, silence);
    return { done: true, silence };
  });

/** Ends one early, or before it begins. @throws UserError when there is no such silence */
export const endSilence = (deps: SilenceDeps, id: string, by: Actor): Promise<Silenced> =>
  deps.store.transact(async (tx): Promise<Silenced> => {
    await tx.silences.holdOpenings();
    const found = await knownSilence(tx, id);
    const refusal = found.madeBy === by.id ? undefined : refusedTo(deps, found, by);
    if (refusal) return refusal;
    const silence = await tx.silences.end(id, by.id);
    if (!silence) {
      const who = found.endedBy === undefined ? {} : { by: found.endedBy };
      return { done: false, why: 'That silence is over already.', ...who };
    }
    await takeEffect(tx, silence);
    return { done: true, silence };
  });

/** @throws UserError */
async function knownSilence({ silences }: Transaction, id: string): Promise<RecordedSilence> {
  const found = /^\d{1,18}$/.test(id) ? await silences.find(id) : undefined;
  if (found) return found;
  throw new UserError(`There is no silence “${id}”: “/paksa silences” has those that there are.`);
}

function refuseTimes({ longestMs }: SilenceDeps, now: number, from: number, to: number): void {
  if (to <= from) throw new UserError('It would be over before it begins: give a later end.');
  if (from - now > AHEAD_MS)
    throw new UserError(`It would begin in more than ${AHEAD_MS / DAY} days: plan a maintenance window.`);
  if (to - from > longestMs)
    throw new UserError(
      `A silence lasts ${longest(longestMs)} at most (silences.longest in paksa.yaml): give an earlier end.`,
    );
}

const longest = (ms: number): string =>
  ms % DAY === 0 && ms > DAY
    ? `${ms / DAY} days`
    : ms % HOUR === 0
      ? `${ms / HOUR} hours`
      : `${Math.floor(ms / MINUTE)} minutes`;

function refusedTo(
  { estate }: SilenceDeps,
  { environment, topic }: { readonly environment: string; readonly topic?: string | undefined },
  by: Actor,
): Refused | undefined {
  const permission = maySilence(realmIn(estate, environment), by, topic);
  return permission.allowed ? undefined : forbidden(permission);
}

/** What is open, and people would be paged for. */
async function wouldSilence(
  tx: Transaction,
  scope: Pick<RecordedSilence, 'environment' | 'labels'> & { readonly topic: string | undefined },
): Promise<readonly Incident[]> {
  const { environment, topic, labels } = scope;
  const silenced: Incident[] = [];
  for (const incident of await tx.lockOpenIn(environment)) {
    const isQuiet = incident.procedure?.emergency || silencedBy(incident, tx.now);
    const topics = topic === undefined ? undefined : [topic];
    const covered = await coveredOf(tx, incident, [labels]);
    if (!isQuiet && covers({ topics, labels }, covered)) silenced.push(incident);
  }
  return silenced;
}

async function takeEffect(tx: Transaction, { id, environment }: RecordedSilence): Promise<void> {
  for (const incident of await tx.lockOpenIn(environment)) await seeSilences(tx, incident);
  await tx.send({ task: 'publish', subject: `silence/${id}` });
}

export interface Quiet {
  /** The instant of all this, epoch milliseconds. */
  readonly at: number;
  readonly silences: readonly RecordedSilence[];
  /** What comes of each window: in force, and next. */
  readonly windows: readonly { readonly window: MaintenanceWindow; readonly period: Period }[];
}

/** What is in force, and what is coming. */
export const whatIsSilenced = ({ store }: SilenceDeps): Promise<Quiet> =>
  store.transact(async ({ now, silences, maintenance }) => ({
    at: now,
    silences: await silences.since(now),
    windows: maintenance
      .flatMap((window) => periodsOfWindow(window, now).map((period) => ({ window, period })))
      .toSorted((a, b) => a.period.from - b.period.from),
  }));

/** The one way in which anything happens to an incident: lock it, ask `transition`, commit the state, the log and the work. */
import type { Effect, Happening, IncidentEvent } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { transition } from '../incident/transition.ts';
import type { Permission } from '../policy/permission.ts';
import type { Grantee } from '../policy/policy.ts';
import { periodsOf } from './periods.ts';
import type { Diagnosis, Store, Transaction } from './ports.ts';
import type { Task } from './task.ts';

export type Applied = { readonly done: true; readonly incident: Incident } | Refused;

export interface Refused {
  readonly done: false;
  readonly why: string;
  /** Those who may, when it was a matter of permission. */
  readonly who?: readonly Grantee[];
  /** Whose earlier act is the reason. */
  readonly by?: string;
}

export interface Circumstance {
  readonly actor: string;
  /** What led to it, such as a payload's id: the same cause happens once. */
  readonly cause?: string | undefined;
  /** Asked with the incident held, so that what it allows is still so when it is done. */
  readonly permit?: (incident: Incident, tx: Pick<Transaction, 'now' | 'freezes'>) => Permission;
  /** What a person tries, in words: written down where nothing comes of it. */
  readonly tried?: string;
}

export const apply = (
  store: Store,
  id: string,
  event: IncidentEvent,
  circumstance: Circumstance,
): Promise<Applied> =>
  store.transact(async (tx) => {
    const incident = await tx.lock(id);
    if (!incident) return { done: false, why: `There is no incident ${id}.` };
    // Under the lock: a payload delivered twice at once must find what its twin did.
    if (circumstance.cause !== undefined && (await tx.hasHappened(circumstance.cause)))
      return { done: true, incident };
    const permission = circumstance.permit?.(incident, tx);
    if (permission && !permission.allowed) return turnDown(tx, incident, forbidden(permission), circumstance);
    const applied = await commit(tx, incident, event, circumstance);
    return applied.done ? applied : turnDown(tx, incident, applied, circumstance);
  });

export const forbidden = ({ why, who }: Extract<Permission, { allowed: false }>): Refused => ({
  done: false,
  why,
  ...(who === undefined ? {} : { who }),
});

/** Whoever tried is told why not; that they tried is in the log, once for each time. */
export async function turnDown(
  tx: Transaction,
  incident: Incident,
  refused: Refused,
  { actor, cause, tried }: Pick<Circumstance, 'actor' | 'cause' | 'tried'>,
): Promise<Refused> {
  if (tried === undefined) return refused;
  // Not the payload's own: delivered twice, it is answered twice, and nothing of it is taken for done.
  const once = cause === undefined ? undefined : `refused/${cause}`;
  if (once !== undefined && (await tx.hasHappened(once))) return refused;
  const why = refused.who ? {} : { why: refused.why };
  await commit(tx, incident, { type: 'refused', what: tried, ...why }, { actor, cause: once });
  return refused;
}

/** The second half of `apply`, for who holds the incident already. */
export async function commit(
  tx: Transaction,
  incident: Incident,
  event: IncidentEvent,
  { actor, cause }: Circumstance,
): Promise<Applied> {
  // One that is open knows what silences it; a resolved one may be open again after this.
  const periods = incident.status === 'resolved' ? await periodsOf(tx, incident) : [];
  // What it knew may have ended early since.
  const isNews = periods.length > 0 || (incident.status === 'resolved' && incident.silence !== undefined);
  const silences = isNews ? { silences: periods } : {};
  const happening: Happening = { at: tx.now, actor, ...silences, ...event };
  const result = transition(incident, happening);
  if (!result.moved) {
    const { why, by } = result;
    return { done: false, why, ...(by === undefined ? {} : { by }) };
  }
  await tx.save(result.next, happening, result.effects, cause);
  for (const effect of result.effects) {
    if (effect.do === 'diagnose') await tx.saveDiagnosis(owed(result.next, effect.by));
    const work = taskOf(result.next, effect);
    if (work) await tx.send(work.task, work.at);
  }
  await tx.send({ task: 'publish', subject: `incident/${incident.id}` });
  return { done: true, incident: result.next };
}

/** The look that this version of the incident owes. */
const owed = (incident: Incident, requestedBy: string): Diagnosis => ({
  id: diagnosisId(incident),
  topic: incident.topic,
  environment: incident.environment,
  requestedBy,
  findings: [],
  skipped: [],
  state: 'running',
});

const diagnosisId = ({ id, version }: Incident): string => `${id}/${version}`;

function taskOf(next: Incident, effect: Effect): { task: Task; at?: number } | undefined {
  const incident = next.id;
  switch (effect.do) {
    case 'diagnose':
      return { task: { task: 'diagnose', diagnosis: diagnosisId(next) } };
    case 'preview':
    case 'verify': {
      const { do: task, fix, round } = effect;
      return { task: { task, incident, fix, round } };
    }
    case 'run':
    case 'undo':
      return { task: { task: 'run', incident, fix: effect.fix, round: effect.round } };
    case 'look':
      return { task: { task: 'look', incident, step: effect.step, round: effect.round } };
    case 'page':
      return { task: { task: 'page', incident, page: effect.page } };
    case 'quiet':
      return { task: { task: 'quiet', incident } };
    case 'room':
      return { task: { task: 'room', incident } };
    case 'set-timer':
      return { task: { task: 'timer', incident, timer: effect.timer, due: effect.due }, at: effect.due };
    case 'tell':
      return undefined;
  }
}

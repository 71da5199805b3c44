/** Two incidents in one transaction: merged, or opened again. Whatever goes on elsewhere is joined from then on. */
import type { Incident } from '../incident/incident.ts';
import { asMerged } from '../incident/merging.ts';
import { type Actor, mayAnswer } from '../policy/permission.ts';
import { type Applied, commit, forbidden, type Refused, turnDown } from './apply.ts';
import type { DecideDeps } from './decide.ts';
import type { Transaction } from './ports.ts';
import { triedOf } from './tried.ts';

export interface LifeRequest {
  readonly incident: string;
  readonly actor: Actor;
  /** The payload's id: delivered twice, it is done once. */
  readonly cause?: string | undefined;
}

/** `other`: the incident that is in the way, and could be merged into. */
export type Lived = Applied & { readonly other?: string };

/** `into`: an open incident of the same environment, of the same topic or another. */
export async function merge(
  { store, checkpoint }: DecideDeps,
  { incident: id, actor, cause, into }: LifeRequest & { readonly into: string },
): Promise<Lived> {
  const done = await store.transact(async (tx): Promise<Lived> => {
    // In one order for everybody, so that no two wait for each other.
    for (const each of [id, into].toSorted()) await tx.lock(each);
    const source = await tx.lock(id);
    const target = await tx.lock(into);
    if (!source) return no(`There is no incident ${id}.`);
    const by = { actor: actor.id, cause, tried: triedOf({ decision: 'merge', into }) };
    if (!target) return turnDown(tx, source, no(`There is no incident ${into}.`), by);
    if (cause !== undefined && (await tx.hasHappened(cause))) return { done: true, incident: source };
    for (const each of [source, target]) {
      const permission = mayAnswer(each, actor);
      if (!permission.allowed) return turnDown(tx, source, forbidden(permission), by);
    }
    const why = cannotMerge(source, target);
    if (why !== undefined) return turnDown(tx, source, no(why), by);
    const incidents = asMerged(source);
    const merged = await commit(tx, source, { type: 'merged', into }, by);
    if (!merged.done) return turnDown(tx, source, merged, by);
    await tx.moveAlerts(id, into);
    const { severity } = source;
    const absorbed = await commit(
      tx,
      target,
      { type: 'absorbed', incidents, severity: isWrong(source) ? severity : 'warning' },
      { actor: actor.id },
    );
    await catchUp(tx, target, source);
    return absorbed.done ? merged : absorbed;
  });
  checkpoint('merged');
  return done;
}

const no = (why: string): Refused => ({ done: false, why });

const isWrong = ({ findings }: Incident): boolean => findings.some(({ status }) => status === 'problem');

function cannotMerge(source: Incident, target: Incident): string | undefined {
  if (target.status === 'resolved') return `${target.id} is resolved: merge into one that is open.`;
  if (target.environment !== source.environment)
    return `${target.id} is of ${target.environment}, whose people are others.`;
  return undefined;
}

/** What alerts have come to meanwhile is worked on where it goes on. */
const catchUp = async (
  tx: Transaction,
  { environment }: Incident,
  { topic, alerts }: Incident,
): Promise<void> => {
  if (alerts) await tx.send({ task: 'alerts', environment, topic });
};

/** Refused while another one is open for the same problem: that one is named, and can be merged into. */
export async function reopen(
  { store, checkpoint }: DecideDeps,
  { incident: id, actor, cause, reason }: LifeRequest & { readonly reason: string },
): Promise<Lived> {
  const done = await store.transact(async (tx): Promise<Lived> => {
    const seen = await store.incident(id);
    const from = seen?.mergedInto;
    for (const each of [id, ...(from === undefined ? [] : [from])].toSorted()) await tx.lock(each);
    const incident = await tx.lock(id);
    if (!incident) return no(`There is no incident ${id}.`);
    if (cause !== undefined && (await tx.hasHappened(cause))) return { done: true, incident };
    const by = { actor: actor.id, cause, tried: triedOf({ decision: 'reopen' }) };
    const permission = mayAnswer(incident, actor);
    if (!permission.allowed) return turnDown(tx, incident, forbidden(permission), by);
    const open = await tx.lockOpen(incident.fingerprint);
    if (open && open.id !== id) {
      const why = `${open.id} is open for the same problem: go on there, or merge this one into it.`;
      return { ...(await turnDown(tx, incident, no(why), by)), other: open.id };
    }
    const reopened = await commit(tx, incident, { type: 'reopened', reason }, by);
    if (!reopened.done) return turnDown(tx, incident, reopened, by);
    const former = incident.mergedInto === undefined ? undefined : await tx.lock(incident.mergedInto);
    if (former) {
      const { environment, topic } = incident;
      await tx.moveAlerts(former.id, id, { environment, topic });
      await commit(tx, former, { type: 'parted', incident: id }, { actor: actor.id });
    }
    await catchUp(tx, incident, incident);
    return reopened;
  });
  checkpoint('merged');
  return done;
}

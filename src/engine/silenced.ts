/** An incident is told what silences it: when its alerts change, when a silence begins, ends or is made, and at every start. */
import { PAKSA } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { type Applied, commit } from './apply.ts';
import { periodsOf } from './periods.ts';
import type { Store, Transaction } from './ports.ts';

/** Refused where it is as it was. The incident is held. */
export const seeSilences = async (tx: Transaction, incident: Incident): Promise<Applied> =>
  commit(tx, incident, { type: 'silences-seen', periods: await periodsOf(tx, incident) }, { actor: PAKSA });

export const lookForSilences = (store: Store, id: string): Promise<Applied> =>
  store.transact(async (tx) => {
    const incident = await tx.lock(id);
    return incident ? seeSilences(tx, incident) : { done: false, why: `There is no incident ${id}.` };
  });

/** At a start: paksa.yaml may have other windows than when they opened. */
export async function lookForSilencesOfAll(store: Store): Promise<void> {
  for (const { id } of await store.openIncidents()) await lookForSilences(store, id);
}

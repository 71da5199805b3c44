/** What silences an incident: looked up when it opens, when its alerts change, when one begins or ends, and at every start. */
import { isAlertSource } from '../incident/alert.ts';
import { PAKSA } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { type Covered, type MaintenanceWindow, type Period, periodsOver } from '../policy/silence.ts';
import { type Applied, commit } from './apply.ts';
import type { Store, Transaction } from './ports.ts';

type About = Pick<Incident, 'id' | 'environment' | 'topic' | 'openedBy'>;
type Labels = Readonly<Record<string, string>>;
type Windows = readonly MaintenanceWindow[];

/** What covers it now or will. */
export async function periodsOf(tx: Transaction, windows: Windows, about: About): Promise<readonly Period[]> {
  const silences = await tx.silences.since(tx.now, about.environment);
  const labels = [...silences, ...windows].flatMap(({ labels: of }) => (of === undefined ? [] : [of]));
  return periodsOver(await coveredOf(tx, about, labels), silences, windows, tx.now);
}

/** `asked`: the labels that it will be asked for. A problem that people or checks found has none. */
export async function coveredOf(
  tx: Transaction,
  { id, environment, topic, openedBy }: About,
  asked: readonly Labels[],
): Promise<Covered> {
  const only = new Set<string>();
  if (isAlertSource(openedBy))
    for (const labels of asked)
      if (!(await tx.firesOutside({ environment, topic }, id, labels))) only.add(JSON.stringify(labels));
  return { environment, topic, isOnly: (labels) => only.has(JSON.stringify(labels)) };
}

/** Refused where it is as it was. The incident is held. */
export const seeSilences = async (tx: Transaction, windows: Windows, incident: Incident): Promise<Applied> =>
  commit(
    tx,
    incident,
    { type: 'silences-seen', periods: await periodsOf(tx, windows, incident) },
    { actor: PAKSA },
  );

export const lookForSilences = (store: Store, windows: Windows, id: string): Promise<Applied> =>
  store.transact(async (tx) => {
    const incident = await tx.lock(id);
    return incident
      ? seeSilences(tx, windows, incident)
      : { done: false, why: `There is no incident ${id}.` };
  });

/** At a start: paksa.yaml may have other windows than when they opened. */
export async function lookForSilencesOfAll(store: Store, windows: Windows): Promise<void> {
  for (const { id } of await store.openIncidents()) await lookForSilences(store, windows, id);
}

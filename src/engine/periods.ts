/** Which silences and maintenance windows cover an incident, as the database and paksa.yaml have them now. */
import { isAlertSource } from '../incident/alert.ts';
import type { Incident } from '../incident/incident.ts';
import { type Covered, type Period, periodsOver } from '../policy/silence.ts';
import type { Transaction } from './ports.ts';

type About = Pick<Incident, 'id' | 'environment' | 'topic' | 'openedBy'>;
type Labels = Readonly<Record<string, string>>;

/** What covers it now or will. */
export async function periodsOf(tx: Transaction, about: About): Promise<readonly Period[]> {
  const silences = await tx.silences.since(tx.now, about.environment);
  const labels = [...silences, ...tx.maintenance].flatMap(({ labels: of }) => (of === undefined ? [] : [of]));
  return periodsOver(await coveredOf(tx, about, labels), silences, tx.maintenance, tx.now);
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

/** Which change freeze holds for an incident, as paksa.yaml has them now. */
import type { Incident } from '../incident/incident.ts';
import { underway } from '../incident/plan.ts';
import { frozenBy } from '../policy/freeze.ts';
import type { Period } from '../policy/silence.ts';
import type { Transaction } from './ports.ts';

export const freezeOver = (
  incident: Incident,
  { freezes, now }: Pick<Transaction, 'freezes' | 'now'>,
): Period | undefined =>
  frozenBy(freezes, { ...incident, isEmergency: underway(incident)?.emergency === true }, now);

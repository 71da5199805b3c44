/** One incident goes on in another: what becomes of both, and what is seen of the one is heard in the other. */
import { type Severity, worstSeverity } from '../runbook/finding.ts';
import { isOfAlert } from './alert.ts';
import { resolve } from './escalation.ts';
import type { Happening } from './event.ts';
import { type Incident, workInHand } from './incident.ts';
import type { MergedIncident } from './life-event.ts';
import { moved, refuse, type Transition } from './outcome.ts';
import { underway } from './plan.ts';
import { woken } from './snooze.ts';

type Of<Name extends Happening['type']> = Extract<Happening, { type: Name }>;
export type MergeHappening = Of<'merged'> | Of<'absorbed'> | Of<'parted'> | Of<'seen-elsewhere'>;

/** As another incident knows it, and those that went on in it. */
export const asMerged = ({
  id,
  topic,
  title,
  fingerprint,
  findings,
  merged = [],
}: Incident): readonly MergedIncident[] => [{ id, topic, title, fingerprint, findings }, ...merged];

export function merging(incident: Incident, event: MergeHappening): Transition {
  switch (event.type) {
    case 'merged':
      return mergedInto(incident, event);
    case 'absorbed':
      return absorbed(incident, event);
    case 'parted':
      return incident.merged?.some(({ id }) => id === event.incident)
        ? moved({ ...incident, merged: without(incident, event.incident) })
        : refuse(`${event.incident} does not go on in ${incident.id}.`);
    case 'seen-elsewhere':
      return heard(incident, event);
  }
}

const without = ({ merged = [] }: Incident, id: string): readonly MergedIncident[] =>
  merged.filter((each) => each.id !== id);

function mergedInto(incident: Incident, { into, actor }: Of<'merged'>): Transition {
  if (into === incident.id) return refuse('It cannot be merged into itself.');
  if (incident.mergedInto !== undefined)
    return refuse(`${incident.id} goes on in ${incident.mergedInto} already.`);
  if (workInHand(incident)) return refuse('A fix is under way in it: wait until it has been verified.');
  const ended = incident.status === 'resolved' ? incident : resolve(incident, actor);
  const { merged: _, ...rest } = ended;
  return moved({ ...rest, mergedInto: into });
}

function absorbed(incident: Incident, { incidents, severity, at }: Of<'absorbed'>): Transition {
  const known = new Set(incidents.map(({ id }) => id));
  const merged = [...(incident.merged ?? []).filter(({ id }) => !known.has(id)), ...incidents];
  const graver = severity === 'critical' && incident.severity !== 'critical';
  const next: Incident = { ...incident, merged, ...(graver ? { severity } : {}) };
  const move = woken({ next, effects: [] }, at, graver ? 'A graver incident was merged into it.' : undefined);
  return moved(move.next, move.effects);
}

function heard(
  incident: Incident,
  { of, findings: seen, severity, at, actor }: Of<'seen-elsewhere'>,
): Transition {
  if (!incident.merged?.some(({ fingerprint }) => fingerprint === of))
    return refuse('What was seen is of no incident that goes on here.');
  const merged = incident.merged.map((each) =>
    each.fingerprint === of ? { ...each, findings: beside(each.findings, seen) } : each,
  );
  const isProblem = seen.some(({ status }) => status === 'problem');
  const graver = isProblem && severity === 'critical' && incident.severity !== 'critical';
  const next: Incident = { ...incident, merged, ...(graver ? { severity } : {}) };
  if (isAllOver(next)) return moved(resolve(next, actor));
  const move = woken({ next, effects: [] }, at, graver ? 'It has become graver.' : undefined);
  return moved(move.next, move.effects);
}

/** Alerts and checks know nothing of each other: what is seen of the one leaves the other as it was. */
function beside(known: MergedIncident['findings'], seen: MergedIncident['findings']) {
  const isOfAlerts = seen.length > 0 && seen.every(isOfAlert);
  const kept = known.filter((finding) => isOfAlert(finding) !== isOfAlerts);
  return isOfAlerts ? [...kept, ...seen] : [...seen, ...kept];
}

/** Whether a problem was last seen of an incident that goes on here: it is not over then. */
export const isOverElsewhere = ({ merged = [] }: Incident): boolean =>
  merged.every(({ findings }) => findings.every(({ status }) => status !== 'problem'));

const isAllOver = (incident: Incident): boolean =>
  isOverElsewhere(incident) &&
  incident.findings.length > 0 &&
  !incident.undiagnosed &&
  incident.findings.every(({ status }) => status === 'healthy') &&
  !underway(incident) &&
  !workInHand(incident);

/** As grave as the gravest problem that was last seen of what goes on in it. */
export const graverOf = ({ merged = [] }: Incident, severity: Severity): Severity =>
  worstSeverity(merged.flatMap(({ findings }) => findings)) === 'critical' ? 'critical' : severity;

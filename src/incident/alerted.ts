/** What alerts do to an incident: they are findings while they fire, and Paksa looks when the first came and the last went. */
import { type Finding, overall, worstSeverity } from '../runbook/finding.ts';
import { type AlertsSeen, alertFindings, isAlertSource, isOfAlert } from './alert.ts';
import type { Move } from './escalation.ts';
import type { AlertNews, Effect } from './event.ts';
import type { Incident } from './incident.ts';
import { moved, type Transition } from './outcome.ts';
import { underway } from './plan.ts';

/** `looks`: the whole topic is looked at, once a look that is under way has ended. */
export function alerted(
  { next: incident, effects }: Move,
  alerts: AlertsSeen,
  { looks }: { readonly looks: boolean },
): Transition {
  const before = incident.alerts?.looking;
  const after = looks ? (before === undefined ? 'now' : 'again') : before;
  const next = withAlerts({
    ...incident,
    alerts: { ...alerts, ...(after === undefined ? {} : { looking: after }) },
  });
  const look: readonly Effect[] = after === 'now' && looks ? [{ do: 'diagnose', by: alerts.source }] : [];
  return moved(next, [...effects, ...look]);
}

/** The findings of its alerts as they are now, after what the checks saw; the gravest of all decides. */
export function withAlerts(incident: Incident): Incident {
  const { alerts, findings, severity } = incident;
  if (!alerts) return incident;
  const all = [...findings.filter((finding) => !isOfAlert(finding)), ...alertFindings(alerts)];
  // A declared emergency stays one.
  const isGrave = underway(incident)?.emergency === true || worstSeverity(all) === 'critical';
  return { ...incident, findings: all, severity: isGrave ? 'critical' : severity };
}

/** What a look that was made because of alerts came to; the next one begins, if one is owed. */
export function lookedForAlerts(incident: Incident, seen: readonly Finding[], by: string): Move {
  if (!incident.alerts || !isAlertSource(by)) return { next: incident, effects: [] };
  const { looking, ...alerts } = incident.alerts;
  const isOver = incident.status === 'resolved';
  if (looking === 'again' && !isOver)
    return {
      next: { ...incident, alerts: { ...alerts, looking: 'now' } },
      effects: [{ do: 'diagnose', by: alerts.source }],
    };
  const news = newsOf(isOver, alerts.firing > 0, seen);
  return {
    next: { ...incident, alerts },
    effects: news === undefined ? [] : [{ do: 'tell', text: { news, by } }],
  };
}

function newsOf(isOver: boolean, fires: boolean, seen: readonly Finding[]): AlertNews['news'] | undefined {
  if (isOver) return 'alerts-over';
  const sees = overall(seen);
  if (fires) return sees === 'problem' ? undefined : 'alerts-unseen';
  if (sees === 'healthy') return undefined;
  return sees === 'problem' ? 'alerts-problem-left' : 'alerts-unknown-left';
}

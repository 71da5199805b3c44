/** Alerts are taken in: each is told where it leads, and all are kept before whoever sent them is answered. */
import type { Alert } from '../incident/alert.ts';
import { type AlertRoute, GUIDE_ROUTES, type Known, leadOf } from '../policy/route.ts';
import { runbookOf } from './lookup.ts';
import type { Alerts, Checkpoint, RoutedAlert, Topics } from './ports.ts';

export interface IntakeDeps {
  readonly alerts: Alerts;
  /** In the order in which they are tried. */
  readonly routes: readonly AlertRoute[];
  readonly known: Known;
  /** Alerts are other people's words: what is secret in them is not kept. */
  readonly redact: <Value>(value: Value) => Value;
  readonly checkpoint: Checkpoint;
}

export interface TakenIn {
  readonly alerts: number;
  /** How many no route knows. */
  readonly unrouted: number;
}

/** Resolves once they may be acknowledged. Rejects when they could not be kept: they must not be then. */
export async function takeIn(deps: IntakeDeps, alerts: readonly Alert[]): Promise<TakenIn> {
  const routed = alerts.map((alert): RoutedAlert => {
    const lead = leadOf(alert, deps.routes, deps.known);
    const { name, labels, annotations, link } = alert;
    const said = { name, labels, annotations, ...(link === undefined ? {} : { link }) };
    const harmless = { ...alert, ...deps.redact(said) };
    return 'unrouted' in lead
      ? { ...harmless, lead: { ...lead, unrouted: deps.redact(lead.unrouted) } }
      : { ...harmless, lead };
  });
  if (routed.length > 0) await deps.alerts.keep(routed);
  deps.checkpoint('alerts-kept');
  return { alerts: routed.length, unrouted: routed.filter(({ lead }) => 'unrouted' in lead).length };
}

/**
 * At start rather than when it fires; the guide's own routes need not lead anywhere. `others`: topics that are named elsewhere.
 * @throws UserError naming the nearest topic
 */
export function refuseUnknownTopics(
  routes: readonly AlertRoute[],
  topics: Topics,
  others: readonly string[] = [],
): void {
  for (const route of routes) if (!GUIDE_ROUTES.includes(route)) runbookOf(topics, route.topic);
  for (const topic of others) runbookOf(topics, topic);
}

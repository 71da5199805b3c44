/** Where an alert leads: which topic is looked at, in which environment, and how grave it is. */
import type { Alert } from '../incident/alert.ts';
import type { Severity } from '../runbook/finding.ts';

/** What a label must be: these words, or, the whole of it, this pattern. */
export type LabelMatch = string | { readonly regex: RegExp };

/** The first one whose labels all match decides. */
export interface AlertRoute {
  readonly match: Readonly<Record<string, LabelMatch>>;
  readonly topic: string;
  /** In place of what the label `environment` says. */
  readonly environment?: string | undefined;
  /** Of alerts without a label `severity`; critical when unset. */
  readonly severity?: Severity | undefined;
}

/** The guide's two alerts: Monitoring and Alerting › Setting Up Alerts. They come after those that are configured. */
export const GUIDE_ROUTES: readonly AlertRoute[] = [
  { match: { alertname: 'HighErrorRate' }, topic: 'load-balancer' },
  { match: { alertname: 'DatabaseConnectionHigh' }, topic: 'connection-refused' },
];

export type Lead =
  | { readonly topic: string; readonly environment: string; readonly severity: Severity }
  /** `unrouted`: why nobody knows where it leads. `environment`: whose people are told. */
  | { readonly unrouted: string; readonly environment: string };

export interface Known {
  readonly topics: { readonly has: (topic: string) => boolean };
  /** The first is the default. */
  readonly environments: readonly [string, ...string[]];
}

/** The labels `paksa_topic` and `paksa_environment` win over every route. */
export function leadOf(alert: Alert, routes: readonly AlertRoute[], known: Known): Lead {
  const { labels } = alert;
  const route = routes.find(({ match }) => matches(labels, match));
  const [first] = known.environments;
  const named = labels.paksa_environment ?? route?.environment ?? labels.environment;
  const topic = labels.paksa_topic ?? route?.topic;
  const environment = named === undefined || named === '' ? first : named;
  if (!known.environments.includes(environment))
    return { unrouted: `there is no environment “${environment}”`, environment: first };
  if (topic === undefined) return { unrouted: 'no route matches it', environment };
  if (!known.topics.has(topic)) return { unrouted: `there is no topic “${topic}”`, environment };
  return { topic, environment, severity: severityOf(labels.severity) ?? route?.severity ?? 'critical' };
}

const matches = (labels: Alert['labels'], match: AlertRoute['match']): boolean =>
  Object.entries(match).every(([label, wanted]) => {
    const value = labels[label] ?? '';
    return typeof wanted === 'string' ? value === wanted : wanted.regex.test(value);
  });

/** What people call what need not wake anybody. */
const LESSER = /^(warn(ing)?|info(rmation(al)?)?|notice|low|minor|p[345])$/i;

const severityOf = (said: string | undefined): Severity | undefined =>
  said === undefined || said === '' ? undefined : LESSER.test(said) ? 'warning' : 'critical';

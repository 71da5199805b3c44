/** Alerts as an incident knows them: by name, however many fire; a finding for each name, until none of that name fires. */
import type { Evidence, Finding, Severity } from '../runbook/finding.ts';

export const ALERT_SOURCES = ['alertmanager', 'grafana', 'generic'] as const;
/** Who sends them. It acts in an incident under this name. */
export type AlertSource = (typeof ALERT_SOURCES)[number];

export const isAlertSource = (actor: string): actor is AlertSource =>
  ALERT_SOURCES.some((source) => source === actor);

type Words = Readonly<Record<string, string>>;

/** One alert as it came. */
export interface Alert {
  readonly source: AlertSource;
  /** What makes two alerts of a source the same one. */
  readonly fingerprint: string;
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Words;
  readonly annotations: Words;
  /** Epoch milliseconds; of an alert that does not say: when it came. */
  readonly startsAt?: number;
  readonly endsAt?: number;
  /** Where it is explained, https. */
  readonly link?: string;
}

/** Alerts that lead to the same incident; without a topic, those of that environment that no route knows. */
export interface AlertGroup {
  readonly environment: string;
  readonly topic?: string;
}

/** All alerts of one name in an incident. */
export interface NamedAlerts {
  readonly name: string;
  /** How many fire, each with labels of its own. */
  readonly firing: number;
  readonly severity: Severity;
  /** Since when the oldest of them fires, or fired; epoch milliseconds. */
  readonly since: number;
  /** What the oldest of them says of itself. */
  readonly summary?: string;
  readonly link?: string;
  readonly evidence: Evidence;
}

/** What is known of an incident's alerts at one moment. */
export interface AlertsSeen {
  /** Who sent the latest. */
  readonly source: AlertSource;
  /** How many fire, whatever their names. */
  readonly firing: number;
  /** Of how many that have come. */
  readonly total: number;
  /** The most frequent, a few. */
  readonly names: readonly NamedAlerts[];
  /** How many names there are beside them. */
  readonly moreNames: number;
}

export interface IncidentAlerts extends AlertsSeen {
  /** Paksa looks because of them; `again`: once that has ended, it has to look once more. */
  readonly looking?: 'now' | 'again';
}

const PREFIX = 'alert/';

export const isOfAlert = ({ check }: Pick<Finding, 'check'>): boolean => check.startsWith(PREFIX);

export const alertFindings = ({ names }: AlertsSeen): readonly Finding[] =>
  names.map(({ name, firing, severity, summary, evidence }): Finding => {
    const about = { check: `${PREFIX}${name}`, title: `Alert ${name}`, suggests: [] };
    return firing === 0
      ? { ...about, status: 'healthy', summary: 'fires no more', evidence: {} }
      : { ...about, status: 'problem', severity, summary: says(firing, summary), evidence };
  });

const says = (firing: number, summary: string | undefined): string => {
  const what = summary ?? 'fires';
  return firing === 1 ? what : `${what} (${firing} fire)`;
};

/** What a look at one topic, and one at all of them, come to. */
import type { Finding } from '../runbook/finding.ts';

/** One look at one topic. */
export interface Diagnosis {
  readonly id: string;
  readonly topic: string;
  readonly environment: string;
  readonly requestedBy: string;
  /** Where it was asked for: a channel's id, or undefined for a terminal. */
  readonly channel?: string;
  readonly findings: readonly Finding[];
  /** Checks with nothing to look at, and why. */
  readonly skipped: readonly { readonly check: string; readonly title: string; readonly why: string }[];
  readonly state: 'running' | 'finished';
  readonly tookMs?: number;
  readonly incident?: string;
  /** Whether this look opened the incident, rather than joined it. */
  readonly opened?: boolean;
  /** Whether this look resolved the incident; not while a fix or a procedure is under way. */
  readonly resolved?: boolean;
}

/** One look at every topic of an environment. */
export interface Survey {
  readonly id: string;
  readonly environment: string;
  readonly requestedBy: string;
  /** Where it was asked for: a channel's id, or undefined for a terminal. */
  readonly channel?: string;
  readonly state: 'running' | 'finished';
  /** How many topics are looked at. */
  readonly of: number;
  /** Those that have come in; worst first once it is finished. */
  readonly topics: readonly SurveyedTopic[];
  /** Topics with problems that no other explains. */
  readonly causes: readonly string[];
  /** For each other topic with a problem, the causes that explain it. */
  readonly explainedBy: Readonly<Record<string, readonly string[]>>;
}

export interface SurveyedTopic {
  readonly topic: string;
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly skipped: Diagnosis['skipped'];
  readonly tookMs: number;
  /** The incident that was opened, or was open. */
  readonly incident?: string;
}

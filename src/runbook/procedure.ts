/**
 * A procedure: what the guide has done one step after the other. Paksa looks and, once approved, acts; what only people can
 * do is given to a person, who ticks it off. A step that fails or is overdue climbs the ladder.
 */

import type { Target } from './target.ts';

interface StepOf<Kind> {
  readonly kind: Kind;
  readonly title: string;
  /** After that many minutes without an end the step is overdue. */
  readonly minutes: number;
}

/** Paksa looks, by checks of the same runbook. */
export interface LookStep extends StepOf<'look'> {
  readonly checks: readonly string[];
  /** Whether a problem fails the step; otherwise what was found is written down, and the procedure goes on. */
  readonly mustBeHealthy: boolean;
}

/** Paksa acts, by a fix of the same runbook, with its preview and its approval. */
export interface FixStep extends StepOf<'fix'> {
  readonly fix: string;
  /** Only while one of these checks sees a problem; otherwise the step is passed over as not needed. */
  readonly when?: readonly string[];
}

/** A person acts: takes the step, does it, and says that it is done, or that it could not be. */
export interface PersonStep extends StepOf<'person'> {
  /** What to do, one line each, plain text; with the guide's names where they are written for a target. */
  readonly instructions: readonly string[];
  /** The same with a target's own names. */
  readonly instructionsFor?: (target: Target) => readonly string[];
}

export type Step = LookStep | FixStep | PersonStep;

export interface Procedure {
  readonly title: string;
  /** By id, in the order in which they are done. */
  readonly steps: Readonly<Record<string, Step>>;
}

/** How long a step may take, in minutes. */
const DEFAULT_MINUTES = { look: 5, fix: 15, person: 15 } as const;

export const look = (
  title: string,
  checks: readonly string[],
  options: { readonly mustBeHealthy?: boolean; readonly minutes?: number } = {},
): LookStep => ({
  kind: 'look',
  title,
  checks,
  mustBeHealthy: options.mustBeHealthy ?? false,
  minutes: options.minutes ?? DEFAULT_MINUTES.look,
});

export const act = (
  title: string,
  fix: string,
  options: { readonly when?: readonly string[]; readonly minutes?: number } = {},
): FixStep => ({
  kind: 'fix',
  title,
  fix,
  ...(options.when ? { when: options.when } : {}),
  minutes: options.minutes ?? DEFAULT_MINUTES.fix,
});

export const person = (
  title: string,
  instructions: readonly string[] | ((target: Target) => readonly string[]),
  options: { readonly minutes?: number } = {},
): PersonStep => ({
  kind: 'person',
  title,
  ...(typeof instructions === 'function'
    ? { instructions: instructions({ environment: '' }), instructionsFor: instructions }
    : { instructions }),
  minutes: options.minutes ?? DEFAULT_MINUTES.person,
});

/** The step as it is written down for one target, when its procedure starts. */
export function writtenFor(step: Step, target: Target): Step {
  if (step.kind !== 'person') return step;
  const { instructionsFor, ...plain } = step;
  return instructionsFor ? { ...plain, instructions: instructionsFor(target) } : plain;
}

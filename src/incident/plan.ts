/** A procedure as an incident runs it: copied from the runbook when it was started, so that a later edit changes nothing here. */
import type { FindingStatus } from '../runbook/finding.ts';
import type { Step } from '../runbook/procedure.ts';
import type { Incident } from './incident.ts';

export type PlannedStep = Step & { readonly id: string };

/** What is to be done, in order. */
export interface Plan {
  readonly id: string;
  readonly title: string;
  /** Declared rather than started: severity critical, and the first level is paged at once. */
  readonly emergency: boolean;
  readonly steps: readonly PlannedStep[];
}

/** Which step is meant; `round` makes a click or a look of an earlier try harmless. */
export interface StepRef {
  readonly step: string;
  readonly round: number;
}

/** waiting → doing → done, failed or skipped; failed → doing, or skipped. `left`: the procedure ended before it. */
export type StepState = 'waiting' | 'doing' | 'done' | 'failed' | 'skipped' | 'left';

/** What a step saw, without evidence. `skipped`: there is nothing for that check to look at here. */
export interface StepFinding {
  /** Absent in what an earlier version wrote. */
  readonly check?: string;
  readonly title: string;
  readonly status: FindingStatus | 'skipped';
  readonly summary: string;
}

export type StepRun = PlannedStep & {
  readonly state: StepState;
  /** Which try it is, counted over the incident's whole life. */
  readonly round: number;
  /** When it was begun for the first time, epoch milliseconds. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** When this try becomes overdue. */
  readonly dueAt?: number;
  readonly isOverdue?: true;
  /** Who ended it. */
  readonly by?: string;
  /** Who has taken it. */
  readonly assignee?: string;
  /** Why it failed or was skipped, or what its fix did. */
  readonly note?: string;
  readonly findings?: readonly StepFinding[];
  /** The round of its fix's attempt, once that was asked for. */
  readonly attempt?: number;
};

export interface ProcedureRun extends Omit<Plan, 'steps'> {
  readonly startedBy: string;
  readonly startedAt: number;
  /** The round that it was started with: what carries an earlier one is of an earlier procedure. */
  readonly from: number;
  /** The latest round that any step was given. */
  readonly round: number;
  readonly steps: readonly StepRun[];
  readonly ended?: {
    readonly at: number;
    readonly by: string;
    readonly how: 'finished' | 'stopped';
    /** Why it was stopped. */
    readonly why?: string;
  };
}

/** The procedure that is being carried out, if any. */
export const underway = ({ procedure }: Incident): ProcedureRun | undefined =>
  procedure?.ended ? undefined : procedure;

/** The step that the procedure is at: one at a time. */
export const currentStep = (run: ProcedureRun): StepRun | undefined =>
  run.ended
    ? undefined
    : run.steps.find(({ state }) => state === 'waiting' || state === 'doing' || state === 'failed');

/** Counted from 1. */
export const numberOf = (run: Pick<ProcedureRun, 'steps'>, step: StepRun): number =>
  run.steps.findIndex(({ id }) => id === step.id) + 1;

/** Whether Paksa looks for this step now. */
export const isLooking = (step: StepRun): boolean =>
  step.state === 'doing' && step.findings === undefined && checksOf(step).length > 0;

/** The checks that a step looks with: its own, or those that say whether its fix is needed. */
export function checksOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'look':
      return step.checks;
    case 'fix':
      return step.when ?? [];
    case 'person':
      return [];
  }
}

/** Stuck: only then it may be tried again or skipped. */
export const isStuck = ({ state, isOverdue }: StepRun): boolean =>
  state === 'failed' || (state === 'doing' && isOverdue === true);

/** A procedure to begin from: Paksa looks, acts if it is needed, a person does something, Paksa looks again. */
import type { Happening } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import {
  currentStep,
  type Plan,
  type PlannedStep,
  type StepFinding,
  type StepRun,
  underway,
} from '../../src/incident/plan.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';
import { at, follow, incident, OPENED } from './sample-incident.ts';

export const STARTER = 'USTARTER';

export const SURVEY: PlannedStep = { ...look('See what is there', ['expiry', 'name']), id: 'survey' };
export const RENEW: PlannedStep = { ...act('Renew it', 'renew', { when: ['expiry'] }), id: 'renew' };
export const RESTART: PlannedStep = { ...act('Restart it', 'restart'), id: 'restart' };
export const TELL: PlannedStep = {
  ...person('Tell people', ['Write to the list', 'Call the desk'], { minutes: 20 }),
  id: 'tell',
};
export const PROVE: PlannedStep = {
  ...look('Prove that it works', ['expiry'], { mustBeHealthy: true }),
  id: 'prove',
};

export const plan = (...steps: readonly PlannedStep[]): Plan => ({
  id: 'walk-through',
  title: 'Walk through it',
  emergency: false,
  steps,
});

export const emergency = (...steps: readonly PlannedStep[]): Plan => ({ ...plan(...steps), emergency: true });

export const saw = (title: string, status: StepFinding['status']): StepFinding => ({
  title,
  status,
  summary: `it is ${status}`,
});

/** The incident in which it was started, with these steps. */
export const running = (steps: readonly PlannedStep[], of: Partial<Incident> = {}): Incident =>
  follow(incident(of), started(plan(...steps))).next;

/** `round`: of the card that it was started from. */
export const started = (what: Plan, round?: number): Happening => {
  const { fixes } = incident();
  const seen = round === undefined ? {} : { round };
  return at({ type: 'procedure-started', plan: what, fixes, ...seen }, OPENED, STARTER);
};

/** The step that the procedure is at. */
export function stepOf(given: Incident): StepRun {
  const run = underway(given);
  const step = run && currentStep(run);
  if (!step) throw new Error('the procedure is at no step');
  return step;
}

/** Names it as its buttons do. */
export const refOf = (given: Incident): { step: string; round: number } => {
  const { id, round } = stepOf(given);
  return { step: id, round };
};

/** The step that it is at, changed. */
export const having = (given: Incident, of: Partial<StepRun>): Incident => {
  const { procedure } = given;
  if (!procedure) throw new Error('no procedure');
  const { id } = stepOf(given);
  const steps = procedure.steps.map((step) => (step.id === id ? ({ ...step, ...of } as StepRun) : step));
  return { ...given, procedure: { ...procedure, steps } };
};

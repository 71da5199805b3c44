/** What happens to the step that a procedure is at, and what can be read of it afterwards. */
import type { Effect, Happening } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import type { StepFinding, StepState } from '../../src/incident/plan.ts';
import { at, MINUTE, OPENED } from './sample-incident.ts';
import { refOf, saw, stepOf } from './sample-procedure.ts';

export const LOOKED = OPENED + 2 * MINUTE;
/** Long after it began. */
const LATE = OPENED + 30 * MINUTE;

/** Paksa saw this, of `check 0`, `check 1` and so on. */
export const looked = (given: Incident, ...statuses: readonly StepFinding['status'][]): Happening =>
  at(
    {
      type: 'step-looked',
      ...refOf(given),
      findings: statuses.map((status, index) => saw(`check ${index}`, status)),
    },
    LOOKED,
    'paksa',
  );

export const done = (given: Incident, actor = 'U1') =>
  at({ type: 'step-done', ...refOf(given) }, undefined, actor);

export const couldNot = (given: Incident, reason = 'the desk is closed') =>
  at({ type: 'step-failed', ...refOf(given), reason }, undefined, 'U1');

export const again = (given: Incident) => at({ type: 'step-retried', ...refOf(given) }, LATE, 'U2');

export const skipped = (given: Incident, reason = 'done by phone') =>
  at({ type: 'step-skipped', ...refOf(given), reason }, LATE, 'U2');

/** The whole procedure. */
export const stop = (given: Incident, reason = 'begun by mistake') =>
  at({ type: 'procedure-stopped', round: given.procedure?.round ?? 0, reason }, undefined, 'U2');

export const overdue = (given: Incident): Happening => {
  const { id, dueAt = 0 } = stepOf(given);
  return at({ type: 'timer-due', timer: `step/${id}`, due: dueAt }, dueAt, 'paksa');
};

export const states = (given: Incident): readonly StepState[] | undefined =>
  given.procedure?.steps.map(({ state }) => state);

type News = Extract<Effect, { do: 'tell' }>['text'];

export const news = ({ effects }: { effects: readonly Effect[] }): readonly News[] =>
  effects.flatMap((effect) => (effect.do === 'tell' ? [effect.text] : []));

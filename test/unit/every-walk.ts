/** Shows a property on random walks through an incident's life: of each walk as a whole, or of each of its steps. */
import fc from 'fast-check';
import type { Effect, Timer } from '../../src/incident/event.ts';
import { anyPolicy, anyWalk, type Step, walk } from './random-walk.ts';

/** `seed`: the same walks every time, for what is said of all of them together. */
export const onEveryWalk = (holds: (steps: readonly Step[]) => void, seed?: number) =>
  fc.assert(
    fc.property(anyPolicy, anyWalk, fc.boolean(), (policy, choices, isDiagnosed) =>
      holds(walk(policy, choices, isDiagnosed)),
    ),
    { numRuns: 300, ...(seed === undefined ? {} : { seed }) },
  );

export const onEveryStep = (holds: (step: Step) => void, seed?: number) =>
  onEveryWalk((steps) => {
    steps.forEach(holds);
  }, seed);

/** When this timer is due, each time that it is set. */
export const timersOf = (effects: readonly Effect[], timer: Timer): readonly number[] =>
  effects.flatMap((effect) => (effect.do === 'set-timer' && effect.timer === timer ? [effect.due] : []));

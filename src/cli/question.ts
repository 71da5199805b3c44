/** What a procedure asks of the person at the terminal, and the decision that the answer is. */
import type { Decision } from '../engine/decide.ts';
import type { Incident } from '../incident/incident.ts';
import { currentStep, isStuck, underway } from '../incident/plan.ts';
import { previewLines } from './print.ts';
import { isYes, type Terminal } from './terminal.ts';
import { waitsFor } from './two-people.ts';

/** `yes`: fixes are approved without asking. */
export type Ask = (terminal: Terminal, yes: boolean) => Promise<Decision | 'leave'>;

/** Undefined while Paksa is at it. `actor`: who is at the terminal. */
export function question(incident: Incident, actor: string): Ask | undefined {
  const run = underway(incident);
  const step = run && currentStep(run);
  if (!step) return undefined;
  const ref = { step: step.id, round: step.round };
  const attempt = step.kind === 'fix' ? incident.attempts[step.fix] : undefined;
  if (step.state === 'doing' && attempt?.stage === 'awaiting-approval' && attempt.preview) {
    const { fix, round, preview } = attempt;
    const others = waitsFor(incident, attempt, actor);
    return async (terminal, yes) => {
      terminal.say(...previewLines(preview));
      if (others !== undefined) {
        terminal.say(others);
        const breakGlass = yes
          ? ''
          : await terminal.ask('Break the glass? Why, or nothing to leave it to them:');
        return breakGlass ? { decision: 'approve', fix, round, breakGlass } : 'leave';
      }
      const answer = yes ? 'y' : await terminal.ask('Run it? [y]es, [n]o, or nothing to leave it:');
      if (!answer) return 'leave';
      return isYes(answer)
        ? { decision: 'approve', fix, round }
        : { decision: 'deny', fix, round, reason: 'declined in the terminal' };
    };
  }
  const skip: Choice = { word: '[s]kip', because: (reason) => ({ decision: 'skip-step', ...ref, reason }) };
  if (step.kind === 'person' && step.state === 'doing')
    return choose(step.title, [
      { word: '[d]one', decision: { decision: 'tick-step', ...ref } },
      { word: '[c]ould not', because: (reason) => ({ decision: 'fail-step', ...ref, reason }) },
      ...(isStuck(step) ? [skip] : []),
    ]);
  if (step.state === 'failed')
    return choose(step.title, [{ word: '[t]ry again', decision: { decision: 'retry-step', ...ref } }, skip]);
  return undefined;
}

/** Chosen by the letter in brackets; one that takes a reason asks for it. */
type Choice = { readonly word: string } & (
  | { readonly decision: Decision }
  | { readonly because: (reason: string) => Decision }
);

const choose =
  (title: string, choices: readonly Choice[]): Ask =>
  async (terminal) => {
    const words = choices.map(({ word }) => word).join(', ');
    for (;;) {
      const answer = await terminal.ask(`${title}: ${words}, or nothing to leave it:`);
      if (!answer) return 'leave';
      const choice = choices.find(({ word }) => word[1] === answer[0]?.toLowerCase());
      if (!choice) continue;
      if ('decision' in choice) return choice.decision;
      const reason = await terminal.ask('Why?');
      if (!reason) return 'leave';
      return choice.because(reason);
    }
  };

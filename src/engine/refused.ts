/** Who tried what they may not is written down, once each: whoever reads the log later sees why nothing came of it. */
import type { IncidentEvent } from '../incident/event.ts';
import type { Decision } from './decide.ts';

/** An event that is committed where permission is refused; the same cause happens once. */
export interface Refusal {
  readonly event: IncidentEvent;
  readonly cause: string;
}

const WORDS: Record<Decision['decision'] | 'merge' | 'reopen', string> = {
  'request-fix': 'ask for',
  approve: 'approve',
  deny: 'deny',
  undo: 'undo',
  'take-step': 'take the step',
  'tick-step': 'tick the step',
  'retry-step': 'try the step again',
  'fail-step': 'give up the step',
  'skip-step': 'skip the step',
  'stop-procedure': 'stop the procedure',
  acknowledge: 'acknowledge it',
  escalate: 'ask for more people',
  resolve: 'resolve it',
  snooze: 'snooze it',
  reassign: 'hand it over',
  note: 'note something',
  merge: 'merge it',
  reopen: 'open it again',
};

export function refusalOf(
  incident: string,
  decision: Decision | { readonly decision: 'merge' | 'reopen' },
  actor: string,
): Refusal {
  const about = 'fix' in decision ? decision.fix : 'step' in decision ? decision.step : '';
  const round = 'round' in decision ? decision.round : 0;
  return {
    event: { type: 'refused', what: `${WORDS[decision.decision]}${about === '' ? '' : ` “${about}”`}` },
    cause: `refused/${incident}/${actor}/${decision.decision}/${about}/${round}`,
  };
}

/** What people try with an incident, in the words in which the log has it where nothing comes of it. */
import type { Decision } from './decide.ts';

type Tried =
  | Decision
  | { readonly decision: 'merge'; readonly into: string }
  | { readonly decision: 'reopen' }
  | { readonly decision: 'start-procedure'; readonly title: string };

const WORDS: Record<Tried['decision'], string> = {
  'request-fix': 'ask for',
  approve: 'approve',
  review: 'review',
  deny: 'deny',
  undo: 'undo',
  'take-step': 'take the step',
  'tick-step': 'tick the step',
  'retry-step': 'try the step again',
  'fail-step': 'give up the step',
  'skip-step': 'skip the step',
  'start-procedure': 'start',
  'stop-procedure': 'stop the procedure',
  acknowledge: 'acknowledge it',
  escalate: 'ask for more people',
  resolve: 'resolve it',
  snooze: 'snooze it',
  reassign: 'hand it over',
  note: 'note something',
  merge: 'merge it into',
  reopen: 'open it again',
};

/** Such as `approve “renew”`. */
export function triedOf(tried: Tried): string {
  const about = aboutOf(tried);
  const what = 'breakGlass' in tried ? 'break the glass for' : WORDS[tried.decision];
  return `${what}${about === undefined ? '' : ` “${about}”`}`;
}

function aboutOf(tried: Tried): string | undefined {
  if ('fix' in tried) return tried.fix;
  if ('step' in tried && typeof tried.step === 'string') return tried.step;
  if ('into' in tried) return tried.into;
  return 'title' in tried ? tried.title : undefined;
}

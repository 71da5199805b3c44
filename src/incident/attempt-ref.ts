/** Finds the attempt that an event means, or says why it is not that one any more. */
import type { AttemptRef } from './event.ts';
import type { Attempt, AttemptStage, Incident } from './incident.ts';
import { refuse, type Transition } from './outcome.ts';

export type Found = { readonly attempt: Attempt } | { readonly refusal: Transition };

/** The attempt meant, if it is still the latest of its fix and at one of these stages. */
export function attemptAt(incident: Incident, ref: AttemptRef, ...stages: readonly AttemptStage[]): Found {
  const attempt = incident.attempts[ref.fix];
  if (!attempt) return { refusal: refuse('That fix has not been asked for.') };
  if (attempt.round !== ref.round)
    return { refusal: refuse('That preview is no longer the latest one: look at the card again.') };
  return stages.includes(attempt.stage)
    ? { attempt }
    : { refusal: refuse(`That fix is ${STAGE_WORDS[attempt.stage]} already.`, attempt.decidedBy) };
}

export const STAGE_WORDS: Record<AttemptStage, string> = {
  previewing: 'being previewed',
  'awaiting-approval': 'waiting for a decision',
  approved: 'approved',
  running: 'running',
  verifying: 'being verified',
  succeeded: 'done',
  undoing: 'being undone',
  'undo-running': 'being undone',
  'verifying-undo': 'being undone',
  undone: 'undone',
  'preview-failed': 'without a preview',
  withdrawn: 'withdrawn',
  denied: 'denied',
  expired: 'expired',
  failed: 'failed',
  'undo-failed': 'undone without success',
};

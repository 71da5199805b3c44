/** What was tried, as the log has it: each round of each fix, with its preview, the decision and what became of it. */

import type { Preview } from '../runbook/fix.ts';
import type { Happening } from './event.ts';

export interface Tried {
  readonly fix: string;
  readonly round: number;
  readonly requestedBy?: string;
  readonly preview?: Preview;
  readonly decided?: {
    /** Two, where it took two. */
    readonly by: readonly string[];
    readonly at: number;
    readonly how: 'approved' | 'denied';
    readonly why?: string;
  };
  readonly startedAt?: number;
  /** What it did, or why it failed, the latest last. */
  readonly outcomes: readonly string[];
  /** `undone`: what was there before is back. */
  readonly ended?: 'verified' | 'did not help' | 'failed' | 'no preview' | 'undone' | 'undo failed';
}

/** In the order in which they were asked for. A round that a drift began is one of its own. */
export function triedIn(log: readonly Happening[]): readonly Tried[] {
  const all = new Map<string, Tried>();
  const asked = new Map<string, string>();
  let undoing = new Set<string>();
  for (const event of log) {
    if (event.type === 'fix-requested') asked.set(event.fix, event.actor);
    if (!('fix' in event) || !('round' in event)) continue;
    const { fix, round } = event;
    const renewed = event.type === 'drifted' ? round + 1 : round;
    const key = `${fix}/${renewed}`;
    const by = asked.get(fix);
    const known = all.get(key) ?? {
      fix,
      round: renewed,
      outcomes: [],
      ...(by === undefined ? {} : { requestedBy: by }),
    };
    if (event.type === 'undo-requested') undoing = new Set([...undoing, key]);
    all.set(key, after(known, event, undoing.has(key)));
  }
  return [...all.values()];
}

function after(tried: Tried, event: Extract<Happening, { round: number }>, isUndo: boolean): Tried {
  switch (event.type) {
    case 'previewed':
    case 'drifted':
      return { ...tried, preview: event.preview };
    case 'preview-failed':
      return { ...tried, ended: 'no preview', outcomes: [...tried.outcomes, event.reason] };
    case 'approved':
      return {
        ...tried,
        decided: {
          by: [...(tried.decided?.by ?? []), event.actor],
          at: event.at,
          how: 'approved',
          ...(event.breakGlass === undefined
            ? {}
            : { why: `by breaking the glass, because ${event.breakGlass}` }),
        },
      };
    case 'denied': {
      const why = event.reason === undefined ? {} : { why: event.reason };
      return { ...tried, decided: { by: [event.actor], at: event.at, how: 'denied', ...why } };
    }
    case 'held-up':
      return tried;
    case 'started':
      return isUndo ? tried : { ...tried, startedAt: event.at };
    case 'acted':
      return { ...tried, outcomes: [...tried.outcomes, event.outcome] };
    case 'lost':
      return {
        ...tried,
        outcomes: [...tried.outcomes, 'Interrupted: whether it acted was learnt by looking.'],
      };
    case 'failed':
      return {
        ...tried,
        ended: isUndo ? 'undo failed' : 'failed',
        outcomes: [...tried.outcomes, event.reason],
      };
    case 'verified': {
      const done = isUndo ? 'undone' : 'verified';
      const not = isUndo ? 'undo failed' : 'did not help';
      return { ...tried, ended: event.passed ? done : not };
    }
    default:
      return tried;
  }
}

/** It was begun, so that it may have changed something, and nobody knows that it is as before. */
export const hasChanged = ({ startedAt, ended }: Tried): boolean =>
  startedAt !== undefined && ended !== 'undone';

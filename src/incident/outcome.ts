/** What an event comes to: the incident as it becomes and what follows, or why nothing does. */
import type { Effect } from './event.ts';
import type { Attempt, Incident } from './incident.ts';

export type Transition =
  | { readonly moved: true; readonly next: Incident; readonly effects: readonly Effect[] }
  /** `by`: whose earlier act is the reason. */
  | { readonly moved: false; readonly why: string; readonly by?: string };

export const refuse = (why: string, by?: string): Transition => ({
  moved: false,
  why,
  ...(by === undefined ? {} : { by }),
});

export const moved = (next: Incident, effects: readonly Effect[] = []): Transition => ({
  moved: true,
  next: { ...next, version: next.version + 1 },
  effects,
});

export const having = (incident: Incident, attempt: Attempt): Incident => ({
  ...incident,
  attempts: { ...incident.attempts, [attempt.fix]: attempt },
});

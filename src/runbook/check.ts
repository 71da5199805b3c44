/** A check: looks at one thing, within a deadline, and cannot change it. */
import type { Verdict } from './finding.ts';
import type { Target } from './target.ts';
import type { CheckContext } from './tools.ts';

export interface Check {
  readonly title: string;
  /** Why the check has nothing to look at on this target; undefined when it does. */
  readonly skip: (target: Target) => string | undefined;
  readonly look: (context: CheckContext) => Promise<Verdict>;
  /** Whether looking is itself a load on what is looked at: it waits until nobody is measuring. */
  readonly heavy: boolean;
  /** Whether it measures a moment, which may be a quiet one: a fix is verified by two looks in a row. */
  readonly isOfAMoment?: boolean;
  /** Longest that it may look, in seconds. */
  readonly timeoutSeconds: number;
  /** Asked only where a step or a fix names it, never by a diagnosis. */
  readonly isOnlyNamed?: true;
}

export const check = (
  title: string,
  look: Check['look'],
  options: Partial<Pick<Check, 'skip' | 'heavy' | 'isOfAMoment' | 'timeoutSeconds'>> = {},
): Check => ({ title, look, skip: () => undefined, heavy: false, timeoutSeconds: 10, ...options });

/** For what is so only once somebody has acted, such as writes that are stopped: on any other day it is no finding. */
export const onlyNamed = (of: Check): Check => ({ ...of, isOnlyNamed: true });

/** A check: looks at one thing, within a deadline, and cannot change it. */
import type { Verdict } from './finding.ts';
import type { Target } from './target.ts';
import type { CheckContext } from './tools.ts';

export interface Check {
  readonly title: string;
  /** Why the check has nothing to look at on this target; undefined when it does. */
  readonly skip: (target: Target) => string | undefined;
  readonly look: (context: CheckContext) => Promise<Verdict>;
  /** Longest that it may look, in seconds. */
  readonly timeoutSeconds: number;
}

export const check = (
  title: string,
  look: Check['look'],
  options: Partial<Pick<Check, 'skip' | 'timeoutSeconds'>> = {},
): Check => ({ title, look, skip: () => undefined, timeoutSeconds: 10, ...options });

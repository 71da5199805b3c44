/** A topic under test: its checks, fixes and undos by id, and the verdicts that they are expected to come to. */
import { AdapterError, type AdapterFault } from '../../src/errors.ts';
import type { Runbook } from '../../src/runbook/define.ts';
import type { Verdict } from '../../src/runbook/finding.ts';
import type { Target } from '../../src/runbook/target.ts';
import type { Circumstances, FixContext } from '../../src/runbook/tools.ts';
import { contextWith, type Given, PRODUCTION } from './context.ts';

/** What is said of a verdict: texts, or matchers such as `expect.stringContaining`. */
export type Expected = Readonly<Record<string, unknown>>;
export type Case = readonly [what: string, given: Given, verdict: Expected];

export const healthy = (summary: unknown): Expected => verdict('healthy', summary);
export const inconclusive = (summary: unknown): Expected => verdict('inconclusive', summary);
export const problem = (summary: unknown, suggests: readonly string[] = []): Expected => ({
  ...verdict('problem', summary),
  severity: 'critical',
  suggests,
});
export const warning = (summary: unknown, suggests: readonly string[] = []): Expected => ({
  ...problem(summary, suggests),
  severity: 'warning',
});

const verdict = (status: Verdict['status'], summary: unknown): Expected => ({ status, summary });

/** What an adapter throws. */
export const faulty =
  (fault: AdapterFault, message = 'it said no') =>
  async (): Promise<never> => {
    throw new AdapterError(message, { system: 'test', operation: 'test', fault, retryable: false });
  };

export const minutesAgo = (minutes: number, now = new Date('2026-10-01T12:00:00Z')): Date =>
  new Date(now.getTime() - minutes * 60_000);

export function under(runbook: Pick<Runbook, 'checks' | 'fixes'>, target: Target = PRODUCTION) {
  const context = (
    given: Given = {},
    of: Partial<Circumstances & Pick<FixContext, 'attempt' | 'approved'>> = {},
  ): FixContext => contextWith(of.target ?? target, given, of);
  const checkCalled = (id: string) => {
    const check = runbook.checks[id];
    if (!check) throw new Error(`there is no check ${id}`);
    return check;
  };
  const fixCalled = (id: string) => {
    const fix = runbook.fixes[id];
    if (!fix) throw new Error(`there is no fix ${id}`);
    return fix;
  };
  return {
    context,
    checkCalled,
    fixCalled,
    look: (id: string, given: Given = {}, of: Partial<Circumstances> = {}): Promise<Verdict> =>
      checkCalled(id).look(context(given, of)),
    undoOf: (id: string) => {
      const { undo } = fixCalled(id);
      if (!undo.reversible) throw new Error(`${id} cannot be taken back: ${undo.why}`);
      return undo;
    },
  };
}

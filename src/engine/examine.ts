/** Runs a runbook's checks side by side, each with its deadline. What throws or is too slow is inconclusive, never healthy. */
import type { Check } from '../runbook/check.ts';
import type { Runbook } from '../runbook/define.ts';
import { type Finding, inconclusive, type Verdict } from '../runbook/finding.ts';
import type { Target } from '../runbook/target.ts';
import type { CheckContext, Probes } from '../runbook/tools.ts';
import { shareAnswers } from './share.ts';

export interface Examination {
  /** In the runbook's order. */
  readonly findings: readonly Finding[];
  readonly skipped: readonly { readonly check: string; readonly title: string; readonly why: string }[];
  readonly tookMs: number;
}

export interface ExamineOptions {
  /** Only these checks; when unset, all but those that have to be named. */
  readonly only?: readonly string[];
  /** Called as each finding comes in. */
  readonly onFinding?: (finding: Finding) => void;
  readonly signal?: AbortSignal;
  /** Other examinations at the same time: what is measured is measured before anybody looks heavily. */
  readonly turns?: Turns;
  /** Removes secrets from what people will read. */
  readonly redact: <Value>(value: Value) => Value;
}

/** Between examinations side by side: `measured` is called by each once, `free` resolves when all have. */
export interface Turns {
  readonly measured: () => void;
  readonly free: Promise<void>;
}

export async function examine(
  runbook: Runbook,
  target: Target,
  probes: Probes,
  options: ExamineOptions,
): Promise<Examination> {
  const startedAt = performance.now();
  const chosen = Object.entries(runbook.checks).filter(
    ([id, { isOnlyNamed = false }]) => options.only?.includes(id) ?? !isOnlyNamed,
  );
  const skipped = chosen.flatMap(([check, { title, skip }]) => {
    const why = skip(target);
    return why === undefined ? [] : [{ check, title, why }];
  });
  const due = chosen.filter(([id]) => !skipped.some(({ check }) => check === id));
  // Questions live as long as somebody may be waiting for the answer.
  const over = new AbortController();
  const stop = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
  const shared = shareAnswers(probes, stop);
  const { turns } = options;
  const light = due.filter(([, { heavy }]) => !heavy).length;
  let measuring = light;
  if (light === 0) turns?.measured();
  const findings = await Promise.all(
    due.map(async ([id, check]) => {
      if (check.heavy) await turns?.free;
      const verdict = await look(check, target, shared, options.signal);
      const finding = options.redact({ check: id, title: check.title, ...verdict });
      options.onFinding?.(finding);
      if (!check.heavy) {
        measuring -= 1;
        if (measuring === 0) turns?.measured();
      }
      return finding;
    }),
  );
  over.abort();
  return { findings, skipped, tookMs: Math.round(performance.now() - startedAt) };
}

async function look(check: Check, target: Target, probes: Probes, outer?: AbortSignal): Promise<Verdict> {
  const deadline = AbortSignal.timeout(check.timeoutSeconds * 1000);
  const signal = outer ? AbortSignal.any([outer, deadline]) : deadline;
  const context: CheckContext = { ...probes, target, signal, now: new Date() };
  const late = new Promise<Verdict>((resolve) => {
    const giveUp = () => resolve(inconclusive(`could not look: no answer within ${check.timeoutSeconds} s`));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    // An adapter that ignores its signal must not hold the others up.
    return await Promise.race([check.look(context), late]);
  } catch (error) {
    return signal.aborted
      ? await late
      : inconclusive(`could not look: ${error instanceof Error ? error.message : error}`);
  }
}

/** What a step of a fix is done with: the fix, the attempt it belongs to, and the adapters of its environment. */
import { UserError } from '../errors.ts';
import { type AttemptRef, PAKSA } from '../incident/event.ts';
import type { Attempt, Incident } from '../incident/incident.ts';
import type { Runbook } from '../runbook/define.ts';
import type { Fix } from '../runbook/fix.ts';
import { type CheckContext, equip, type FixContext } from '../runbook/tools.ts';
import { apply } from './apply.ts';
import { fixOf, runbookOf } from './lookup.ts';
import type { Checkpoint, Estate, Store, Topics } from './ports.ts';

export interface WorkDeps {
  readonly store: Store;
  readonly topics: Topics;
  readonly estate: Estate;
  /** This process, as the log names it. */
  readonly owner: string;
  readonly redact: <Value>(value: Value) => Value;
  readonly checkpoint: Checkpoint;
  /** How long a verification waits for the change to show, in milliseconds. */
  readonly settleMs: number;
}

export interface Workpiece {
  readonly incident: Incident;
  readonly attempt: Attempt;
  readonly runbook: Runbook;
  readonly fix: Fix;
  /** Given probes alone. */
  readonly reading: (signal: AbortSignal) => CheckContext;
  readonly acting: (signal: AbortSignal, approved: string) => FixContext;
}

/** Longest that a preview may take, in milliseconds. */
export const PREVIEW_TIMEOUT_MS = 30_000;

/**
 * The attempt meant, with what it takes to work on it; undefined when it is not the latest any more. When its fix or its
 * environment is gone, after an upgrade or an edit, it fails here: nobody waits for what cannot come.
 */
export async function workpiece(deps: WorkDeps, id: string, ref: AttemptRef): Promise<Workpiece | undefined> {
  const incident = await deps.store.incident(id);
  const attempt = incident?.attempts[ref.fix];
  if (!incident || attempt?.round !== ref.round) return undefined;
  try {
    return layOut(deps, incident, attempt);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const type = attempt.stage === 'previewing' ? 'preview-failed' : 'failed';
    await apply(deps.store, id, { type, ...ref, reason: error.message }, { actor: PAKSA });
    return undefined;
  }
}

/** @throws UserError when the fix or the environment is not there any more */
function layOut(deps: WorkDeps, incident: Incident, attempt: Attempt): Workpiece {
  const runbook = runbookOf(deps.topics, incident.topic);
  const fix = fixOf(runbook, attempt.fix);
  const target = deps.estate.target(incident.environment);
  const probes = deps.estate.probes(incident.environment);
  const actuators = deps.estate.actuators(incident.environment);
  const reading = (signal: AbortSignal): CheckContext => ({ ...probes, target, signal, now: new Date() });
  const acting = (signal: AbortSignal, approved: string): FixContext => ({
    ...reading(signal),
    ...equip(probes, actuators),
    approved,
    attempt: `${incident.id}-${attempt.fix}-${attempt.round}`.toLowerCase(),
  });
  return { incident, attempt, runbook, fix, reading, acting };
}

/** The state that an undo starts from: approved as the fix left it, it holds only while nobody has changed that. */
export async function leftBehind({ fix, attempt }: Workpiece, context: CheckContext): Promise<string> {
  const { undo } = fix;
  return undo.reversible && undo.startsFrom
    ? undo.startsFrom(context, attempt.undo)
    : (await fix.preview(context)).boundTo;
}

/** Whichever stops first: the deadline, or the job whose claim was lost. */
export const within = (ms: number, signal?: AbortSignal): AbortSignal =>
  signal ? AbortSignal.any([AbortSignal.timeout(ms), signal]) : AbortSignal.timeout(ms);

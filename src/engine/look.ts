/** Looks for a procedure's step: with its checks, or with those that say whether its fix is needed. */
import { UserError } from '../errors.ts';
import { type IncidentEvent, PAKSA } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { checksOf, currentStep, isLooking, type StepFinding, underway } from '../incident/plan.ts';
import { apply } from './apply.ts';
import { examine } from './examine.ts';
import { runbookOf } from './lookup.ts';
import type { Checkpoint, Estate, Store, Topics } from './ports.ts';
import type { TaskOf } from './task.ts';

export interface LookDeps {
  readonly store: Store;
  readonly topics: Topics;
  readonly estate: Estate;
  readonly redact: <Value>(value: Value) => Value;
  readonly checkpoint: Checkpoint;
}

/** Reads only, so that it may be begun again by somebody else. */
export async function lookForStep(
  deps: LookDeps,
  { incident: id, step: stepId, round }: TaskOf<'look'>,
  signal?: AbortSignal,
): Promise<void> {
  const incident = await deps.store.incident(id);
  const run = incident && underway(incident);
  const step = run && currentStep(run);
  if (!incident || step?.id !== stepId || step.round !== round || !isLooking(step)) return;
  const ref = { step: stepId, round };
  const event = await seen(deps, incident, checksOf(step), signal).then(
    (findings): IncidentEvent => ({ type: 'step-looked', ...ref, findings }),
    (error): IncidentEvent => {
      // What is gone, after an upgrade or an edit, does not come back by waiting.
      if (!(error instanceof UserError)) throw error;
      return { type: 'step-failed', ...ref, reason: error.message };
    },
  );
  signal?.throwIfAborted();
  deps.checkpoint('step-looked');
  await apply(deps.store, id, event, { actor: PAKSA });
}

/** @throws UserError when the topic, a check or the environment is not there any more */
async function seen(
  deps: LookDeps,
  { topic, environment }: Incident,
  checks: readonly string[],
  signal?: AbortSignal,
): Promise<StepFinding[]> {
  const runbook = runbookOf(deps.topics, topic);
  const gone = checks.find((check) => !Object.hasOwn(runbook.checks, check));
  if (gone !== undefined) throw new UserError(`The topic “${topic}” has no check “${gone}” any more.`);
  const target = deps.estate.target(environment);
  const { findings, skipped } = await examine(runbook, target, deps.estate.probes(environment), {
    only: checks,
    redact: deps.redact,
    ...(signal ? { signal } : {}),
  });
  return [
    ...findings.map(({ check, title, status, summary }) => ({ check, title, status, summary })),
    ...skipped.map(({ check, title, why }) => ({ check, title, status: 'skipped' as const, summary: why })),
  ];
}

/**
 * From a preview to an act. Acting is at most once: the start is committed before anything is touched, and what is found
 * started is never started again. What became of an interrupted attempt is learnt by verifying it.
 */

import { AdapterError, messageOf } from '../errors.ts';
import { weighedIn } from '../incident/attempt.ts';
import { type AttemptRef, type IncidentEvent, PAKSA } from '../incident/event.ts';
import { takesTwo } from '../incident/incident.ts';
import { freezeLine } from '../policy/freeze.ts';
import type { Preview } from '../runbook/fix.ts';
import type { FixContext } from '../runbook/tools.ts';
import { apply } from './apply.ts';
import { freezeOver } from './frozen.ts';
import { takeTurn } from './one-at-a-time.ts';
import {
  leftBehind,
  PREVIEW_TIMEOUT_MS,
  type WorkDeps,
  type Workpiece,
  within,
  workpiece,
} from './workshop.ts';

/** Draws the preview that a request asked for. Reads only, so that it may be begun again. */
export async function drawPreview(
  deps: WorkDeps,
  incident: string,
  ref: AttemptRef,
  signal?: AbortSignal,
): Promise<void> {
  const piece = await workpiece(deps, incident, ref);
  if (piece?.attempt.stage !== 'previewing') return;
  const event = await preview(piece, signal).then(
    async (drawn): Promise<IncidentEvent> => {
      const freeze = await deps.store.transact(async (tx) => freezeOver(piece.incident, tx));
      const notes = freeze ? [`${freezeLine(freeze)}.`, ...drawn.notes] : drawn.notes;
      return { type: 'previewed', ...ref, preview: deps.redact({ ...drawn, notes }) };
    },
    (error): IncidentEvent => ({ type: 'preview-failed', ...ref, reason: deps.redact(messageOf(error)) }),
  );
  // Whoever took over draws it for itself; what failed while the claim was lost may be the abort's own doing.
  signal?.throwIfAborted();
  deps.checkpoint('preview-drawn');
  await apply(deps.store, incident, event, { actor: PAKSA });
}

const preview = ({ fix, reading }: Workpiece, signal?: AbortSignal): Promise<Preview> =>
  fix.preview(reading(within(PREVIEW_TIMEOUT_MS, signal)));

/** It has come to take two people since it was previewed, such as by the rows that were added. */
const hasGrown = ({ incident, attempt }: Workpiece, present: Preview): boolean =>
  takesTwo(incident, { ...attempt, weighed: weighedIn(incident, attempt.fix, present) }) &&
  !takesTwo(incident, attempt);

/** Runs an approved fix, or the undo that was asked for. */
export async function carryOut(
  deps: WorkDeps,
  incident: string,
  ref: AttemptRef,
  signal?: AbortSignal,
): Promise<void> {
  const piece = await workpiece(deps, incident, ref);
  if (!piece) return;
  const record = (event: IncidentEvent) => apply(deps.store, incident, event, { actor: PAKSA });
  const isFix = piece.attempt.stage === 'approved';
  if (!isFix && piece.attempt.stage !== 'undoing') return;

  // Before anything is looked at, which may take long; and once more when it begins.
  await takeTurn(deps, piece, ref);
  let approved = '';
  try {
    if (isFix) {
      const drawn = await preview(piece, signal);
      signal?.throwIfAborted();
      const present = deps.redact(drawn);
      if (present.boundTo !== piece.attempt.preview?.boundTo || hasGrown(piece, present)) {
        await record({ type: 'drifted', ...ref, preview: present });
        return;
      }
      approved = drawn.boundTo;
    } else {
      const left = await leftBehind(piece, piece.reading(within(PREVIEW_TIMEOUT_MS, signal)));
      signal?.throwIfAborted();
      if (deps.redact(left) !== piece.attempt.boundAfter) {
        const reason =
          'What the fix left behind has changed since: undoing it now would overwrite somebody else’s work.';
        await record({ type: 'failed', ...ref, reason });
        return;
      }
    }
  } catch (error) {
    // Not begun, and the claim on it lost: it is sent again.
    signal?.throwIfAborted();
    const reason = `Not begun: it could not be previewed again (${deps.redact(messageOf(error))}).`;
    await record({ type: 'failed', ...ref, reason });
    return;
  }

  const begun = await takeTurn(deps, piece, ref, { type: 'started', ...ref, owner: deps.owner });
  if (!begun?.done) return;
  deps.checkpoint('started');
  const limit = within(piece.fix.timeoutSeconds * 1000, signal);
  const event = await (isFix
    ? actOn(deps, piece, ref, piece.acting(limit, approved))
    : takeBack(piece, limit)
  ).then(
    (outcome): IncidentEvent => ({ type: 'acted', ...ref, outcome: deps.redact(outcome) }),
    (error): IncidentEvent =>
      // Cut off, it may have acted all the same.
      limit.aborted || (error instanceof AdapterError && error.fault === 'timed-out')
        ? { type: 'lost', ...ref }
        : { type: 'failed', ...ref, reason: deps.redact(messageOf(error)) },
  );
  deps.checkpoint('acted');
  await record(event);
  deps.checkpoint('recorded');
}

async function actOn(
  deps: WorkDeps,
  piece: Workpiece,
  ref: AttemptRef,
  context: FixContext,
): Promise<string> {
  if (piece.fix.undo.reversible) {
    const data = await piece.fix.undo.capture(context);
    await apply(deps.store, piece.incident.id, { type: 'undo-captured', ...ref, data }, { actor: PAKSA });
    deps.checkpoint('captured');
  }
  return piece.fix.run(context);
}

async function takeBack({ fix, attempt, acting }: Workpiece, limit: AbortSignal): Promise<string> {
  if (!fix.undo.reversible || attempt.undo === undefined)
    throw new Error('nothing was kept that could be put back');
  return fix.undo.apply(acting(limit, ''), attempt.undo);
}

/**
 * Whoever ran it is gone. Begun, its outcome is unknown and will be looked at; not begun, nobody has touched anything and
 * it is sent again.
 */
export async function recoverLost(deps: WorkDeps, incident: string, ref: AttemptRef): Promise<void> {
  const lost = await apply(deps.store, incident, { type: 'lost', ...ref }, { actor: PAKSA });
  if (lost.done) return;
  const piece = await workpiece(deps, incident, ref);
  if (piece?.attempt.stage === 'approved' || piece?.attempt.stage === 'undoing')
    await deps.store.transact((tx) => tx.send({ task: 'run', incident, ...ref }));
}

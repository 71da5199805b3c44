/** Looks whether a fix helped, or an undo brought back what was there. “It did not throw” is not success. */
import { setTimeout as pause } from 'node:timers/promises';
import { type AttemptRef, PAKSA } from '../incident/event.ts';
import type { Finding } from '../runbook/finding.ts';
import { seeWhetherActed } from './acted.ts';
import { apply } from './apply.ts';
import { examine } from './examine.ts';
import { settle } from './settle.ts';
import {
  leftBehind,
  PREVIEW_TIMEOUT_MS,
  type WorkDeps,
  type Workpiece,
  within,
  workpiece,
} from './workshop.ts';

/** What was started anew is busy with its start for a while, the longer the less it may use: what is measured then is that. */
const BUSY_TIMES = 4;

/** Reads only, so that it may be begun again by somebody else. */
export async function verify(
  deps: WorkDeps,
  incident: string,
  ref: AttemptRef,
  signal?: AbortSignal,
): Promise<void> {
  const piece = await workpiece(deps, incident, ref);
  if (!piece) return;
  const isUndo = piece.attempt.stage === 'verifying-undo';
  if (!isUndo && piece.attempt.stage !== 'verifying') return;
  deps.checkpoint('looked');

  const measured = !isUndo && isMeasured(piece);
  const seen = await settle(() => lookAgain(deps, piece, isUndo, signal), {
    withinMs: deps.settleMs * (measured ? BUSY_TIMES : 1),
    isMeasured: measured,
    pause: (ms) => pause(ms, undefined, signal ? { signal } : {}),
  });
  // Whoever took over looks for itself; what was seen while the claim was lost may be the abort's own doing.
  signal?.throwIfAborted();
  const { passed, findings, boundAfter } = seen;
  await apply(
    deps.store,
    incident,
    {
      type: 'verified',
      ...ref,
      passed,
      findings,
      ...(boundAfter === undefined ? {} : { boundAfter }),
    },
    { actor: PAKSA },
  );
  deps.checkpoint('verified');
}

const isMeasured = ({ runbook, fix }: Workpiece): boolean =>
  fix.verifiedBy.some((check) => runbook.checks[check]?.isOfAMoment);

interface Seen {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  readonly boundAfter?: string;
}

async function lookAgain(
  deps: WorkDeps,
  piece: Workpiece,
  isUndo: boolean,
  signal?: AbortSignal,
): Promise<Seen> {
  const { incident, runbook, fix } = piece;
  const target = deps.estate.target(incident.environment);
  const { findings: looked } = await examine(runbook, target, deps.estate.probes(incident.environment), {
    only: fix.verifiedBy,
    redact: deps.redact,
    ...(signal ? { signal } : {}),
  });
  if (isUndo) return { findings: looked, passed: await isBack(piece, signal) };
  const findings = [...looked, ...(await seeWhetherActed(piece, signal)).map(deps.redact)];
  const left = fix.leaves(target);
  const isOwed = ({ check }: Finding) => !left.includes(check);
  const passed = looked.some(isOwed) && findings.filter(isOwed).every(({ status }) => status === 'healthy');
  // Also of a fix that did not help: taking it back starts from what it left behind.
  const bound = await leftBehind(piece, piece.reading(within(PREVIEW_TIMEOUT_MS, signal))).catch(
    () => undefined,
  );
  return { findings, passed, ...(bound === undefined ? {} : { boundAfter: deps.redact(bound) }) };
}

async function isBack({ fix, attempt, reading }: Workpiece, signal?: AbortSignal): Promise<boolean> {
  if (!fix.undo.reversible || attempt.undo === undefined) return false;
  return fix.undo.isBack(reading(within(PREVIEW_TIMEOUT_MS, signal)), attempt.undo);
}

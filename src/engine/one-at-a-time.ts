/**
 * Two fixes that change the same part of an environment do not run at once, whichever incidents they are of. Nothing is locked
 * that could be left locked: what is under way is what the incidents say, and a dead process's attempt is under way until it
 * has been looked at.
 */
import { AdapterError } from '../errors.ts';
import { type AttemptRef, type IncidentEvent, PAKSA } from '../incident/event.ts';
import type { AttemptStage, HeldUpBy, Incident } from '../incident/incident.ts';
import type { Part } from '../runbook/fix.ts';
import { type Applied, commit } from './apply.ts';
import type { Topics } from './ports.ts';
import type { WorkDeps, Workpiece } from './workshop.ts';

/** How long until it is tried again, in milliseconds. */
const WAIT_MS = 3_000;

const BEGUN: ReadonlySet<AttemptStage> = new Set(['running', 'verifying', 'undo-running', 'verifying-undo']);

/** The first of the others' attempts that has begun, has not ended, and touches one of `parts`. */
function underWay(topics: Topics, others: readonly Incident[], parts: readonly Part[]): HeldUpBy | undefined {
  for (const { id, topic, attempts } of others)
    for (const { fix, stage } of Object.values(attempts)) {
      // Of one that is gone, after an upgrade, nobody knows what it touches: it ends by itself.
      const known = topics.get(topic)?.fixes[fix];
      if (known && BEGUN.has(stage) && known.touches.some((part) => parts.includes(part)))
        return { incident: id, fix: known.title };
    }
  return undefined;
}

/**
 * Whether it is this attempt's turn, and, with `begins`, that it has begun.
 * @throws AdapterError that asks to be tried again, with why on the card, while another one is under way
 */
export async function takeTurn(
  { store, topics }: Pick<WorkDeps, 'store' | 'topics'>,
  { incident: { id, environment }, fix }: Pick<Workpiece, 'incident' | 'fix'>,
  ref: AttemptRef,
  begins?: IncidentEvent,
): Promise<Applied | undefined> {
  const turn = await store.transact(async (tx) => {
    const incident = await tx.lock(id);
    const others = (await tx.holdStarts(environment)).filter((other) => other.id !== id);
    const by = underWay(topics, others, fix.touches);
    if (!incident) return {};
    if (!by) return begins ? { begun: await commit(tx, incident, begins, { actor: PAKSA }) } : {};
    const known = incident.attempts[ref.fix]?.heldUpBy;
    if (known?.incident !== by.incident || known.fix !== by.fix)
      await commit(tx, incident, { type: 'held-up', ...ref, by }, { actor: PAKSA });
    return { by };
  });
  if (turn.by) throw waiting(turn.by);
  return turn.begun;
}

const waiting = ({ incident, fix }: HeldUpBy): AdapterError =>
  new AdapterError(`“${fix}” of ${incident} is under way, and changes the same: it waits for that.`, {
    system: 'paksa',
    operation: 'begin the fix',
    fault: 'refused',
    retryable: true,
    retryAfterMs: WAIT_MS,
  });

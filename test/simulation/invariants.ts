/** What must hold after every step of every incident, whatever went wrong; and once all is quiet. */
import { pageKey } from '../../src/engine/escalate.ts';
import type { LogEntry } from '../../src/engine/ports.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { HAND_OVER } from '../../src/policy/ladder.ts';
import type { Taken } from './provider.ts';
import { type Oracle, rests } from './silences.ts';

/** Why a page has failed that is tried all the same. */
export const LATE = 'nobody took it';

/** What has been seen of one incident so far. */
export interface Watched {
  readonly version: number;
  readonly pages: ReadonlyMap<string, 'owed' | 'late' | 'sent' | 'failed' | 'dropped'>;
  /** `fix/round` of attempts that were approved, and of those that were begun. */
  readonly approved: ReadonlySet<string>;
  readonly begun: ReadonlySet<string>;
  /** When people were last called for it by hand. */
  readonly liftedAt: number;
}

const OUTCOMES = new Map<string, 'sent' | 'failed' | 'dropped'>([
  ['page-sent', 'sent'],
  ['page-failed', 'failed'],
  ['page-dropped', 'dropped'],
]);

export const UNSEEN: Watched = {
  version: 0,
  pages: new Map(),
  approved: new Set(),
  begun: new Set(),
  liftedAt: 0,
};

/** @throws Error that says what does not hold */
export function watch(
  seen: Watched,
  incident: Incident,
  { seq, happening, effects }: LogEntry,
  isQuiet: Oracle['isQuiet'],
): Watched {
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${incident.id}, event ${seq} (${happening.type}): ${what}`);
  };
  const pages = new Map(seen.pages);
  const approved = new Set(seen.approved);
  const begun = new Set(seen.begun);
  must(seq === seen.version + 1 && incident.version === seq, `version ${seq} follows ${seen.version}`);
  const { ladder, status } = incident;
  const isHandedOver = effects.some((effect) => effect.do === 'page' && effect.page.level === HAND_OVER);
  const liftedAt = happening.type === 'escalated' || isHandedOver ? happening.at : seen.liftedAt;
  const quiet = isQuiet(happening.at, liftedAt);
  for (const effect of effects) {
    if (effect.do !== 'page') continue;
    const key = pageKey(incident.id, effect.page);
    must(!pages.has(key), `${key} is decided on twice`);
    must(status === 'open', `${key} is sent though it is ${status}`);
    must(!quiet, `${key} is sent though it is silenced`);
    const { level, attempt } = effect.page;
    must(
      level === HAND_OVER
        ? attempt === ladder.paged[HAND_OVER]
        : level === ladder.level && attempt === ladder.attempt,
      `${key} is of another step`,
    );
    pages.set(key, 'owed');
  }
  const outcome = OUTCOMES.get(happening.type);
  if (outcome !== undefined && 'page' in happening) {
    const key = pageKey(incident.id, happening.page);
    const before = pages.get(key);
    must(before === 'owed' || before === 'late', `${key} ends, and was ${before ?? 'never decided on'}`);
    must(outcome !== 'dropped' || status !== 'open' || quiet, `${key} is dropped, and nobody has answered`);
    const isLate = happening.type === 'page-failed' && happening.reason === LATE;
    pages.set(key, isLate ? 'late' : outcome);
  }
  if (happening.type === 'approved' || happening.type === 'undo-requested')
    approved.add(`${happening.type}/${happening.fix}/${happening.round}`);
  if (happening.type === 'started') {
    const of = incident.attempts[happening.fix]?.stage === 'undo-running' ? 'undo-requested' : 'approved';
    const name = `${of}/${happening.fix}/${happening.round}`;
    must(approved.has(name), `${name} runs without a decision`);
    must(!begun.has(name), `${name} runs twice`);
    begun.add(name);
  }
  const waits = ladder.state === 'waiting' || ladder.state === 'climbing';
  must(
    waits === (ladder.nextAt !== undefined),
    `the ladder is ${ladder.state}, its next step ${ladder.nextAt}`,
  );
  must(!rests(incident) || quiet, 'it is open, nothing silences it, and its ladder rests');
  must(status === 'open' || !waits, `${status}, and the ladder is ${ladder.state}`);
  must(!incident.snoozed || status === 'acknowledged', `it is snoozed and ${status}`);
  must(
    !incident.handedTo || waits || quiet,
    `it waits for whom it was handed to, and the ladder is ${ladder.state}`,
  );
  return { version: seq, pages, approved, begun, liftedAt };
}

/** Once nothing is left to do. */
export function settle(
  all: ReadonlyMap<string, { readonly incident: Incident; readonly watched: Watched }>,
  taken: readonly Taken[],
): void {
  const times = Map.groupBy(taken, ({ key }) => key);
  for (const [id, { incident, watched }] of all) {
    for (const [key, state] of watched.pages) {
      if (state === 'owed') throw new Error(`${key} was lost: it is neither sent nor failed`);
      if (state === 'late') throw new Error(`${key} was lost: it was only late`);
      if (state === 'sent' && !times.has(key)) throw new Error(`${key} is called sent, and nobody took it`);
    }
    const { state } = incident.ladder;
    if (rests(incident)) throw new Error(`${id} stands still: what silenced it is over`);
    if (incident.snoozed) throw new Error(`${id} sleeps on: its snooze is long over`);
    if (state === 'waiting' || state === 'climbing')
      throw new Error(`${id} stands still: its ladder is ${state}`);
  }
  for (const [key, sendings] of times)
    if (sendings.length > 1 && sendings[0]?.canBeAsked)
      throw new Error(`${key} was sent ${sendings.length} times`);
}

/**
 * The pagers of a level, one after the other: the first that takes the page wins. The next one is asked at once where one
 * refuses for good or cannot be reached, and after 20 s where it only asks to wait.
 */
import { pageKey } from '../engine/escalate.ts';
import type { Deliveries, Pager } from '../engine/ports.ts';
import { AdapterError, isUnanswered, messageOf } from '../errors.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import type { Recipient } from '../policy/policy.ts';
import { pagersOf } from '../policy/policy.ts';
import { attemptKeys, levelKey } from './held.ts';

export interface InOrderDeps {
  /** By their names in paksa.yaml, and `slack`. */
  readonly pagers: ReadonlyMap<string, Pager>;
  readonly deliveries: Deliveries;
  readonly redact: (text: string) => string;
}

/** How long a page waits for a pager that may yet take it, in milliseconds. */
const PATIENCE_MS = 20_000;
/** How long until it is asked again meanwhile, in milliseconds. */
const PAUSE_MS = 2_000;
/** Quicker than this, a connection broke; slower, nobody was there, in milliseconds. */
const AT_ONCE_MS = 3_000;

interface Failure {
  readonly pager: string;
  readonly reason: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
}

export const createInOrder = (deps: InOrderDeps): Pager => ({
  page: async (incident, page, to) => {
    const { deliveries, redact } = deps;
    const names = pagersOf(incident.policy.escalation.levels[page.level - 1]);
    const key = pageKey(incident.id, page);
    const taken = await alreadyTaken(deliveries, incident, page, names);
    if (taken !== undefined) return taken;
    const failures: Failure[] = [];
    let waitedMs = 0;
    for (const [index, name] of names.entries()) {
      const { state, reason = '', ageMs } = await deliveries.reserve(key, name);
      if (index === 0) waitedMs = ageMs;
      if (state === 'failed') {
        failures.push({ pager: name, reason, retryable: false });
        continue;
      }
      const isLast = index === names.length - 1;
      const answer = await ask(deps, name, { incident, page, to }, isLast);
      if ('by' in answer)
        return saying(
          answer.by,
          failures.map(({ pager }) => pager),
        );
      const { error } = answer;
      const failure = failureOf(name, error);
      await deliveries.note(key, name, redact(failure.reason), !failure.retryable);
      if (!isLast && isWorthWaiting(error, waitedMs)) throw later(failure, PATIENCE_MS - waitedMs);
      if (names.length === 1) throw error;
      failures.push(failure);
    }
    throw allFailed(failures);
  },
});

const saying = (by: string, failed: readonly string[]): string =>
  failed.length === 0 ? by : `${by}, after ${failed.join(', ')}`;

/** By whom, when the process died before that was recorded: the first one would else be asked once more. */
async function alreadyTaken(
  deliveries: Deliveries,
  incident: Incident,
  page: PageRef,
  names: readonly string[],
): Promise<string | undefined> {
  const key = pageKey(incident.id, page);
  const all = await deliveries.of(attemptKeys(incident.id, page));
  const own = all.filter((each) => each.page === key);
  const sent = all.find(
    (each) =>
      each.state === 'sent' &&
      (each.page === key || each.page === levelKey(incident.id, page)) &&
      own.some(({ pager }) => pager === each.pager),
  );
  if (sent === undefined) return undefined;
  const before = names.slice(0, names.indexOf(sent.pager));
  const failed = own.filter(({ pager, reason }) => reason !== undefined && before.includes(pager));
  return saying(
    sent.takenBy ?? sent.pager,
    failed.map(({ pager }) => pager),
  );
}

interface Asked {
  readonly incident: Incident;
  readonly page: PageRef;
  readonly to: Recipient;
}

type Answer = { readonly by: string } | { readonly error: unknown };

/** Where another pager would be next, a lost answer is looked for first: a second page is one too many. */
async function ask(deps: InOrderDeps, name: string, asked: Asked, isLast: boolean): Promise<Answer> {
  const began = performance.now();
  const answer = await tryOnce(deps, name, asked);
  if ('by' in answer || isLast || !isUnanswered(answer.error) || performance.now() - began > AT_ONCE_MS)
    return answer;
  return tryOnce(deps, name, asked);
}

/** Written down before it is done, and with what came of it: also of one that is cut off it is known when it was. */
async function tryOnce(
  { pagers, deliveries, redact }: InOrderDeps,
  name: string,
  { incident, page, to }: Asked,
): Promise<Answer> {
  const begun = await deliveries.beginTry(pageKey(incident.id, page), name);
  const paging = async (): Promise<Answer> => ({
    by: await pagerNamed(pagers, name).page(incident, page, to),
  });
  const answer = await paging().catch((error: unknown): Answer => ({ error }));
  const taken = 'by' in answer;
  const said = redact(taken ? answer.by : messageOf(answer.error));
  // That this cannot be written does not mean that it was not taken: no other pager is asked.
  await deliveries.endTry(begun, { taken, said });
  return answer;
}

function pagerNamed(pagers: InOrderDeps['pagers'], name: string): Pager {
  const pager = pagers.get(name);
  if (pager) return pager;
  throw new AdapterError(
    `“${name}” is not under pagers in paksa.yaml any more: put it back for this incident.`,
    {
      system: name,
      operation: 'page',
      fault: 'not-configured',
      retryable: false,
    },
  );
}

function isWorthWaiting(error: unknown, waitedMs: number): boolean {
  if (!(error instanceof AdapterError)) return waitedMs < PATIENCE_MS;
  return error.retryable && !isUnanswered(error) && waitedMs + (error.retryAfterMs ?? 0) < PATIENCE_MS;
}

const failureOf = (pager: string, error: unknown): Failure => ({
  pager,
  reason: messageOf(error),
  // What is no adapter's error is a fault of Paksa's own: it must not end the page.
  retryable: !(error instanceof AdapterError) || error.retryable,
  ...(error instanceof AdapterError ? { retryAfterMs: error.retryAfterMs } : {}),
});

const describe = ({ pager, reason }: Pick<Failure, 'pager' | 'reason'>): string => `${pager}: ${reason}`;

const later = (failure: Failure, leftMs: number): AdapterError =>
  new AdapterError(describe(failure), {
    system: failure.pager,
    operation: 'page',
    fault: 'failed',
    retryable: true,
    retryAfterMs: Math.min(failure.retryAfterMs ?? PAUSE_MS, leftMs),
  });

/** Tried again from the first one on, unless none of them will ever take it. */
function allFailed(failures: readonly Failure[]): AdapterError {
  const passing = failures.filter(({ retryable }) => retryable);
  const waits = passing.flatMap(({ retryAfterMs }) => (retryAfterMs === undefined ? [] : [retryAfterMs]));
  return new AdapterError(failures.map(describe).join(' '), {
    system: 'paging',
    operation: 'page',
    fault: 'failed',
    retryable: passing.length > 0,
    // Only when every one of them asks to wait: another may be back before.
    ...(waits.length > 0 && waits.length === passing.length ? { retryAfterMs: Math.min(...waits) } : {}),
  });
}

/** Why each pager has not taken a page, for one that is late. */
export async function whyNot(deliveries: Deliveries, incident: string, page: PageRef): Promise<string> {
  const key = pageKey(incident, page);
  const tried = (await deliveries.of(key)).filter((each) => each.page === key && each.reason !== undefined);
  return tried.length === 0
    ? 'No pager took it.'
    : tried.map(({ pager, reason = '' }) => describe({ pager, reason })).join(' ');
}

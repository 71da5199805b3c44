/** What the ladder owes: its timers as they fall due, and the pages that they lead to. */
import { AdapterError, messageOf } from '../errors.ts';
import { PAKSA } from '../incident/event.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { HAND_OVER } from '../policy/ladder.ts';
import { type Recipient, type Responder, refOf } from '../policy/policy.ts';
import { type Applied, apply, commit } from './apply.ts';
import { whoTakes } from './on-call.ts';
import type { Checkpoint, Pager, Schedules, Store } from './ports.ts';
import { lookForSilences } from './silenced.ts';
import type { TaskOf } from './task.ts';

export interface EscalateDeps {
  readonly store: Store;
  readonly pager: Pager;
  readonly schedules: Schedules;
  readonly redact: (text: string) => string;
  readonly checkpoint: Checkpoint;
}

/** A timer fired. One that has been overtaken is refused by the transition, and dropped. */
export async function timerDue(
  deps: Pick<EscalateDeps, 'store' | 'checkpoint'>,
  task: TaskOf<'timer'>,
): Promise<void> {
  deps.checkpoint('timer-fired');
  await moveOn(deps.store, task);
  deps.checkpoint('timer-decided');
}

/** What is due may be so by a silence: what silences the incident now is looked up then. */
export const moveOn = (
  store: Store,
  { incident, timer, due }: Omit<TaskOf<'timer'>, 'task'>,
): Promise<Applied> =>
  timer === 'silence'
    ? lookForSilences(store, incident)
    : apply(store, incident, { type: 'timer-due', timer, due }, { actor: PAKSA });

/** Begins the key of every page of an incident. */
/** Tried so often, for about three minutes, a page is late: its ladder has to know. */
export const MOST_PAGE_TRIES = 12;

export const pageKeys = (incident: string): string => `page/${incident}/`;

export const pageKey = (incident: string, { level, attempt, responder }: PageRef): string =>
  `${pageKeys(incident)}${level}/${attempt}/${responder}`;

/** The page that this incident's key names. */
export function pageOf(incident: string, key: string): PageRef {
  const [level, attempt, ...responder] = key.slice(pageKeys(incident).length).split('/');
  return { level: Number(level), attempt: Number(attempt), responder: responder.join('/') };
}

/**
 * Sends one page, or drops it where somebody has answered or it is silenced by now. A passing failure is thrown, for the job to come back to
 * it; a lasting one is recorded.
 */
export async function sendPage(deps: EscalateDeps, { incident: id, page }: TaskOf<'page'>): Promise<void> {
  const incident = await deps.store.incident(id);
  if (!incident) return;
  const cause = pageKey(id, page);
  // Written down, so that nobody takes it for lost; refused when it is open, and not silenced, by then.
  const drop = () => apply(deps.store, id, { type: 'page-dropped', page }, { actor: PAKSA, cause });
  if ((incident.status !== 'open' || incident.silence) && (await drop()).done) return;
  try {
    const responder = responderOf(incident, page);
    const to: Recipient =
      responder.kind === 'schedule' ? await whoTakes(deps, responder.id, cause) : responder;
    const by = await deps.pager.page(incident, page, to);
    deps.checkpoint('page-sent');
    const isNews = responder.kind === 'schedule' || page.level === HAND_OVER;
    const reached = isNews ? { reached: to.id } : {};
    await apply(deps.store, id, { type: 'page-sent', page, by, ...reached }, { actor: PAKSA, cause });
    deps.checkpoint('page-recorded');
  } catch (error) {
    if (!(error instanceof AdapterError) || error.retryable) throw error;
    await pageFailed(deps, id, page, error);
  }
}

/** By the policy that the incident was opened with, or whom it was handed to. @throws AdapterError when it names nobody so */
function responderOf({ policy }: Incident, { level, responder }: PageRef): Responder {
  if (level === HAND_OVER) return { kind: 'user', id: responder.slice('user/'.length) };
  const found = policy.escalation.levels[level - 1]?.responders.find((each) => refOf(each) === responder);
  if (found) return found;
  throw new AdapterError(`Level ${level} has no responder ${responder}: page somebody by hand.`, {
    system: 'paging',
    operation: 'page',
    fault: 'not-found',
    retryable: false,
  });
}

/** Nobody has taken the page for so long that the ladder goes on without it. */
export async function pageIsLate(
  { store, redact }: Pick<EscalateDeps, 'store' | 'redact'>,
  { incident: id, page }: Omit<TaskOf<'page'>, 'task'>,
  reason: string,
): Promise<void> {
  const key = pageKey(id, page);
  const cause = `${key}/late`;
  await store.transact(async (tx) => {
    const incident = await tx.lock(id);
    // It may have gone out, or been told of, in the meantime.
    if (!incident || (await tx.hasHappened(key)) || (await tx.hasHappened(cause))) return;
    await commit(
      tx,
      incident,
      { type: 'page-failed', page, reason: redact(reason) },
      { actor: PAKSA, cause },
    );
  });
}

/** The page reached nobody, and trying again will not help. */
async function pageFailed(
  deps: Pick<EscalateDeps, 'store' | 'redact'>,
  incident: string,
  page: PageRef,
  error: unknown,
): Promise<void> {
  const reason = deps.redact(messageOf(error));
  await apply(
    deps.store,
    incident,
    { type: 'page-failed', page, reason },
    { actor: PAKSA, cause: pageKey(incident, page) },
  );
}

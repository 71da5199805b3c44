/** What a drill owes: each page through the very pager that a real one goes through, its measure, and its end. */
import { AdapterError, messageOf } from '../errors.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { DRILL_MS, type Drill, type DrillPage } from '../policy/drill.ts';
import { armed, stopped } from '../policy/ladder.ts';
import { pageOf } from './escalate.ts';
import type { Checkpoint, Pager, Quieter, Store, Transaction } from './ports.ts';
import type { TaskOf } from './task.ts';

export interface DrillPagesDeps {
  readonly store: Pick<Store, 'transact'>;
  /** By their names in paksa.yaml, and `slack`. */
  readonly pagers: ReadonlyMap<string, Pager>;
  readonly quieter: Quieter;
  readonly redact: (text: string) => string;
  readonly checkpoint: Checkpoint;
}

/** What a drill's pages say they are about. Nothing of it is kept: pagers are handed incidents, and this is none. */
export function drillIncident({ id, environment, levels, startedBy, startedAt, endedAt }: Drill): Incident {
  const escalation = { firstPageAfterMs: 0, levels, afterLast: 'stop' } as const;
  return {
    id,
    version: 0,
    drill: true,
    topic: 'drill',
    title: 'Drill of the ladder',
    environment,
    fingerprint: id,
    status: endedAt === undefined ? 'open' : 'resolved',
    severity: 'warning',
    openedAt: startedAt,
    openedBy: startedBy,
    findings: [],
    fixes: [],
    attempts: {},
    ladder: stopped(armed(escalation, startedAt)),
    policy: { escalation, approval: { approvers: [], expiresMs: 0, selfApproval: false } },
  };
}

export const refOfPage = ({ level, responder }: DrillPage): PageRef => ({ level, responder, attempt: 1 });

/** A passing failure is thrown, for the job to come back to it, as long as the drill lasts. */
export async function sendDrillPage(
  deps: DrillPagesDeps,
  { drill: id, page: number }: TaskOf<'drill'>,
): Promise<void> {
  const { drill, now } = await deps.store.transact(async (tx) => ({
    drill: await tx.drills.find(id),
    now: tx.now,
  }));
  const page = drill?.pages[number];
  if (!drill || page?.state !== 'owed') return;
  // Whoever confirmed it meant now: nobody is woken for a drill hours later, once Paksa is back.
  if (drill.endedAt !== undefined || now > drill.startedAt + DRILL_MS)
    return fail(deps, id, number, TOO_LATE);
  const pager = deps.pagers.get(page.pager);
  if (!page.to) return fail(deps, id, number, 'nobody is on call');
  if (!pager) return fail(deps, id, number, `“${page.pager}” is not under pagers in paksa.yaml any more`);
  try {
    const by = await pager.page(drillIncident(drill), refOfPage(page), page.to);
    deps.checkpoint('page-sent');
    await told(deps, id, (tx) => tx.drills.markTaken(id, number, by));
    await closeLate(deps, id);
  } catch (error) {
    const isLasting = error instanceof AdapterError && !error.retryable;
    const reason = deps.redact(messageOf(error));
    await told(deps, id, (tx) => tx.drills.note(id, number, reason, isLasting));
    if (!isLasting) throw error;
  }
}

/** Taken while the drill was being ended, it would stay open at its service. */
async function closeLate({ store, quieter }: DrillPagesDeps, id: string): Promise<void> {
  const drill = await store.transact((tx) => tx.drills.find(id));
  if (drill?.endedAt !== undefined) await quieter.quiet(drillIncident(drill));
}

const TOO_LATE = 'not sent: the drill was over before it could be';

const fail = (deps: DrillPagesDeps, id: string, page: number, reason: string): Promise<void> =>
  told(deps, id, (tx) => tx.drills.note(id, page, reason, true));

/** What changed is seen as soon as it has committed. */
const told = (
  { store }: Pick<DrillPagesDeps, 'store'>,
  id: string,
  work: (tx: Transaction) => Promise<unknown>,
): Promise<void> =>
  store.transact(async (tx) => {
    await work(tx);
    await tx.send({ task: 'publish', subject: `drill/${id}` });
  });

/** A page that nobody could send in all its tries. */
export const drillPageLost = (deps: DrillPagesDeps, { drill: id, page }: TaskOf<'drill'>): Promise<void> =>
  told(deps, id, async ({ drills }) => {
    const found = (await drills.find(id))?.pages[page];
    await drills.note(id, page, found?.reason ?? 'the process died with it, more than once', true);
  });

/** Somebody has the page. False when that was known. */
export async function gotDrillPage(
  { store }: Pick<DrillPagesDeps, 'store'>,
  id: string,
  page: number,
  by: string,
): Promise<boolean> {
  return store.transact(async (tx) => {
    const isNews = await tx.drills.markGot(id, page, by);
    if (isNews) await tx.send({ task: 'publish', subject: `drill/${id}` });
    return isNews;
  });
}

/** Ends it: what was not taken is not sent any more, and the services that were paged are told. */
export async function endDrill(deps: DrillPagesDeps, { drill: id }: TaskOf<'drill-end'>): Promise<void> {
  const drill = await deps.store.transact(async (tx) => {
    await tx.drills.end(id);
    const ended = await tx.drills.find(id);
    for (const [number, { state, reason }] of (ended?.pages ?? []).entries())
      if (state === 'owed') await tx.drills.note(id, number, reason ?? TOO_LATE, true);
    await tx.send({ task: 'publish', subject: `drill/${id}` });
    return tx.drills.find(id);
  });
  if (!drill) return;
  for (const { delivery, reason } of await deps.quieter.quiet(drillIncident(drill))) {
    const { level } = pageOf(id, delivery.page);
    const number = drill.pages.findIndex((page) => page.pager === delivery.pager && page.level === level);
    await told(deps, id, (tx) =>
      tx.drills.note(id, number, `it could not be closed there: ${reason}`, false),
    );
  }
}

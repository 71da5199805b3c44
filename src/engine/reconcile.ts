/**
 * What happened without the database is taken into it, once: each event under its incident's lock, by its cause; each page by
 * its key. It may be begun again at any line. What the database has come to meanwhile wins, and the thread says what did not fit.
 */
import { PAKSA, type Untaken } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { stepOf } from '../policy/ladder.ts';
import type { Entry, EntryOf, Imports, SpooledDelivery, SpooledMessage } from './alone.ts';
import { commit } from './apply.ts';
import { pageKey } from './escalate.ts';
import type { Alerts, Checkpoint, Replies, Store, Transaction } from './ports.ts';
import type { Task } from './task.ts';

export interface ReconcileDeps {
  readonly store: Store;
  readonly alerts: Pick<Alerts, 'keep'>;
  readonly replies: Pick<Replies, 'keep'>;
  readonly imports: Imports;
  readonly checkpoint: Checkpoint;
  /** An incident whose entries could not be taken over, for another reason than the database's being away. */
  readonly onLeft: (incident: string, error: unknown) => void;
  readonly isAway: (error: unknown) => boolean;
}

type Happened = EntryOf<'happened'>;

export async function reconcile(deps: ReconcileDeps, entries: readonly Entry[]): Promise<void> {
  await deps.imports.pages({
    deliveries: latest(of(entries, 'delivery'), ({ delivery }) => `${delivery.pager}/${delivery.page}`).map(
      ({ delivery }): SpooledDelivery => delivery,
    ),
    tries: latest(of(entries, 'tried'), ({ tried }) => tried.id).map(({ tried }) => tried),
    messages: latest(of(entries, 'message'), ({ message }) => message.key).map(
      ({ message }): SpooledMessage => message,
    ),
    recipients: of(entries, 'settled'),
  });
  deps.checkpoint('spool-imported');
  const begun = of(entries, 'begun').at(0);
  const elsewhere = new Set(of(entries, 'elsewhere').map(({ page }) => page));
  const byIncident = Map.groupBy(of(entries, 'happened'), ({ incident }) => incident);
  for (const [incident, happened] of byIncident) {
    try {
      await deps.store.transact((tx) => catchUp(tx, incident, happened, { begun, elsewhere }));
    } catch (error) {
      if (deps.isAway(error)) throw error;
      deps.onLeft(incident, error);
    }
    deps.checkpoint('spool-caught-up');
  }
  const answered = new Set(of(entries, 'answered').map(({ receipt }) => receipt));
  for (const { receipt } of of(entries, 'received'))
    await deps.imports.receipt(receipt, answered.has(receipt.id));
  for (const { id, reply } of of(entries, 'reply')) await deps.replies.keep(id, reply);
  const alerts = of(entries, 'alerts').flatMap((each) => each.alerts);
  if (alerts.length > 0) await deps.alerts.keep(alerts);
  deps.checkpoint('spool-reconciled');
}

const of = <Kind extends Entry['entry']>(entries: readonly Entry[], kind: Kind): EntryOf<Kind>[] =>
  entries.filter((each): each is EntryOf<Kind> => each.entry === kind);

const latest = <Each>(all: readonly Each[], keyOf: (each: Each) => string): Each[] => [
  ...new Map(all.map((each) => [keyOf(each), each])).values(),
];

interface Circumstances {
  readonly begun: EntryOf<'begun'> | undefined;
  /** Pages that another replica has sent: it says so itself. */
  readonly elsewhere: ReadonlySet<string>;
}

async function catchUp(
  tx: Transaction,
  id: string,
  happened: readonly Happened[],
  { begun, elsewhere }: Circumstances,
): Promise<void> {
  let incident = await tx.lock(id);
  if (!incident) return;
  const untaken: Untaken[] = [];
  let paged = 0;
  let isNews = false;
  for (const entry of happened) {
    const { cause = '', happening } = entry;
    if (await tx.hasHappened(cause)) continue;
    const { at, actor, ...event } = fitted(entry, incident);
    // As of when it was; and of a page that another replica has sent, nothing is owed.
    const asOfThen: Transaction = {
      ...tx,
      now: at,
      send: async (task, when) => {
        if (!isOf(task, elsewhere)) await tx.send(task, when);
      },
    };
    const applied = await commit(asOfThen, incident, event, { actor, cause });
    if (applied.done) {
      incident = applied.incident;
      isNews = true;
      if (happening.type === 'page-sent') paged += 1;
    } else if (!isDoneAlready(entry, incident))
      untaken.push({ what: whatOf(entry), why: applied.why, ...(actor === PAKSA ? {} : { by: actor }) });
  }
  if (!isNews && untaken.length === 0) return;
  const since = begun?.since ?? happened[0]?.happening.at ?? tx.now;
  await commit(
    tx,
    incident,
    { type: 'caught-up', since, paged, untaken },
    { actor: PAKSA, cause: `caught-up/${begun?.id ?? since}/${id}` },
  );
}

/** The ladder's timer, as it stands here: each replica set it by its own clock. */
function fitted({ happening, step }: Happened, { ladder }: Incident): Happened['happening'] {
  const isSameStep = step === stepOf(ladder) && ladder.nextAt !== undefined;
  return happening.type === 'timer-due' && happening.timer === 'ladder' && isSameStep
    ? { ...happening, due: ladder.nextAt ?? happening.due }
    : happening;
}

const isOf = (task: Task, pages: ReadonlySet<string>): boolean =>
  task.task === 'page' && pages.has(pageKey(task.incident, task.page));

/** Another replica has come to the same: the pages that it led to were decided on, or it was answered by the same person. */
function isDoneAlready({ happening, effects }: Happened, { ladder, status, answeredBy }: Incident): boolean {
  const pages = effects.flatMap((effect) => (effect.do === 'page' ? [effect.page] : []));
  switch (happening.type) {
    case 'timer-due':
      return pages.every(({ level, attempt }) => (ladder.paged[level] ?? 0) >= attempt);
    case 'acknowledged':
      return status !== 'open' && answeredBy === happening.actor;
    case 'resolved':
      return status === 'resolved';
    case 'page-dropped':
      return true;
    default:
      return false;
  }
}

function whatOf({ happening, effects }: Happened): Untaken['what'] {
  const page = effects.flatMap((effect) => (effect.do === 'page' ? [effect.page] : [])).at(0);
  if (happening.type === 'acknowledged' || happening.type === 'resolved' || happening.type === 'escalated')
    return happening.type;
  return page === undefined ? 'other' : `level/${page.level}`;
}

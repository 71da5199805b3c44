/** A reply to a page is carried out, once: what people may do from where they were paged is to answer, to call others, and to note. */
import { UserError } from '../errors.ts';
import { atService } from '../incident/actor.ts';
import type { Deed, IncidentEvent } from '../incident/event.ts';
import { type Applied, apply } from './apply.ts';
import type { Checkpoint, Deliveries, Store } from './ports.ts';
import type { AnsweredPage, Replies, Reply, ReplyOutcome } from './replies.ts';

export interface ReplyDeps {
  readonly store: Store;
  readonly replies: Replies;
  readonly deliveries: Pick<Deliveries, 'markTold'>;
  readonly checkpoint: Checkpoint;
}

/** Kept until it is done; delivered twice, it is done once. */
export async function carryOutReply(deps: ReplyDeps, id: string): Promise<ReplyOutcome> {
  const reply = await deps.replies.open(id);
  if (!reply) return { outcome: 'again' };
  const outcome = await answer(deps, id, reply);
  await deps.replies.close(id);
  return outcome;
}

async function answer(deps: ReplyDeps, cause: string, reply: Reply): Promise<ReplyOutcome> {
  const pages = await deps.replies.answered(reply.pager, reply.of);
  const page = meant(pages, reply.deed);
  if (!page) return { outcome: 'unknown' };
  if ('key' in reply.of && reply.of.known !== undefined)
    await deps.replies.learn(page.delivery.id, reply.of.known);
  const { deed } = reply;
  if (deed === undefined || isEcho(page, reply)) return { outcome: 'again' };
  if (!(await isLatest(deps.replies, page, reply))) return { outcome: 'again' };
  // First, so that the service is not told by the work that the answer causes what it has just said itself.
  const told = TOLD[deed];
  if (told !== undefined) await deps.deliveries.markTold(page.delivery.id, told);
  const applied = await carryOut(deps, page, cause, { ...reply, deed });
  deps.checkpoint('replied');
  const { incident } = page;
  if (!applied.done) return { outcome: 'refused', deed, incident, why: applied.why };
  const others = pages
    .filter((each) => each.incident !== incident && each.status === 'open')
    .map((each) => each.incident);
  return { outcome: 'done', deed, incident, others };
}

/** Who acknowledges means what nobody has acknowledged; whatever else is done is done to the latest. */
const meant = (pages: readonly AnsweredPage[], deed: Deed | undefined): AnsweredPage | undefined =>
  (deed === 'acknowledge' ? pages.find(({ status }) => status === 'open') : undefined) ?? pages[0];

/** What the service knows of the incident once this was done there. */
const TOLD: Readonly<Partial<Record<Deed, string>>> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  unacknowledge: 'open',
  reopen: 'open',
  escalate: 'open',
};

/** Paksa's own word, come back: it must not end what has happened since. */
const isEcho = ({ delivery, status }: AnsweredPage, { deed, byItself }: Reply): boolean =>
  byItself === true &&
  (deed === 'acknowledge' || deed === 'resolve') &&
  (delivery.told === TOLD[deed] || status === TOLD[deed]);

const isLatest = async (
  replies: Replies,
  { delivery }: AnsweredPage,
  { deed, at }: Reply,
): Promise<boolean> => deed === 'note' || at === undefined || replies.hear(delivery.id, at);

type Answer = Reply & { readonly deed: Deed };

async function carryOut(
  { store }: ReplyDeps,
  { incident, delivery, status }: AnsweredPage,
  cause: string,
  reply: Answer,
): Promise<Applied> {
  const { deed, byItself, via, pager } = reply;
  const actor = reply.actor ?? delivery.recipient ?? atService({ service: via ?? pager, name: 'Somebody' });
  const circumstance = { actor, cause };
  const heard = (why: string) => apply(store, incident, { type: 'heard', deed, why }, circumstance);
  // Time running out elsewhere is nobody's answer; that an answer ran out is news, if it was given there.
  if (byItself && deed !== 'unacknowledge')
    return heard('Nobody there did it, so that it does not count here.');
  try {
    const isSaid = isWorthSaying(reply, status);
    const tried = isSaid || byItself ? {} : { tried: TRIED[deed] };
    const applied = await apply(store, incident, eventOf(reply), { ...circumstance, ...tried });
    if (!applied.done && isSaid) await heard(applied.why);
    return applied;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await heard(error.message);
    return { done: false, why: error.message };
  }
}

function eventOf({ deed, via, text = '' }: Answer): IncidentEvent {
  const by = via === undefined ? {} : { via };
  switch (deed) {
    case 'acknowledge':
      return { type: 'acknowledged', ...by };
    case 'unacknowledge':
      return { type: 'unacknowledged' };
    case 'escalate':
      return { type: 'escalated', ...by };
    case 'resolve':
      return { type: 'resolved', ...by };
    case 'reopen':
      return { type: 'reopened' };
    case 'note':
      return { type: 'noted', text, ...by };
  }
}

const TRIED: Readonly<Record<Deed, string>> = {
  acknowledge: 'acknowledge it',
  unacknowledge: 'take the acknowledgement back',
  escalate: 'ask for more people',
  resolve: 'resolve it',
  reopen: 'open it again',
  note: 'note something',
};

/** The two sides differ now, and somebody has to know; whoever is answered in person knows. */
function isWorthSaying({ deed, via }: Answer, status: AnsweredPage['status']): boolean {
  if (via !== undefined || deed === 'acknowledge') return false;
  if (deed === 'resolve') return status !== 'resolved';
  return deed !== 'unacknowledge' || status === 'acknowledged';
}

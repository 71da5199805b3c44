/** Whether a page of a level would reach somebody, at an instant and over a span; from what was found out beforehand. */
import { channelFact, type Facts, groupFact, userFact } from './facts.ts';
import { type Level, pagersOf, type Recipient, type Responder, SLACK } from './policy.ts';
import { quietTimes } from './quiet-hours.ts';
import { onCallAt, type Span, shifts } from './schedule.ts';

/** `silent`: the page is taken, and makes no sound: everybody whom it reaches is in do-not-disturb. */
export type Reach = 'reached' | 'unknown' | 'silent' | 'nobody';

/** Of several, the best: one who is reached is enough. */
const ORDER: readonly Reach[] = ['reached', 'unknown', 'silent', 'nobody'];
const best = (all: readonly Reach[]): Reach => ORDER.find((reach) => all.includes(reach)) ?? 'nobody';

export const levelReach = (level: Level, facts: Facts, at: number): Reach =>
  best(level.responders.map((responder) => responderReach(responder, pagersOf(level), facts, at)));

/** By the first pager that would take it: when Slack does, the next one is not asked, whoever is asleep. */
export function responderReach(
  responder: Responder,
  pagers: readonly string[],
  facts: Facts,
  at: number,
): Reach {
  const to = recipientAt(responder, facts, at);
  if (to === undefined) return 'nobody';
  for (const pager of pagers) {
    const reach = reachBy(pager, to, facts, at);
    if (reach !== 'nobody') return reach;
  }
  return 'nobody';
}

/** Of a schedule, who is on call then; undefined when nobody is. */
export function recipientAt({ kind, id }: Responder, facts: Facts, at: number): Recipient | undefined {
  if (kind !== 'schedule') return { kind, id };
  const found = facts.schedules.get(id);
  const user = found && onCallAt(found.schedule, found.overrides, at);
  return user === undefined ? undefined : { kind: 'user', id: user };
}

function reachBy(pager: string, to: Recipient, facts: Facts, at: number): Reach {
  if (pager === SLACK) return bySlack(to, facts, at);
  const { needs, fact } = facts.pagers.get(pager) ?? {};
  if (fact === undefined || fact.is === 'failing') return 'nobody';
  const isWithin = needs === undefined || (to.kind === 'user' && hasContact(facts, to.id, needs));
  if (!isWithin) return 'nobody';
  return fact.is === 'unknown' ? 'unknown' : 'reached';
}

export const hasContact = ({ contacts }: Facts, user: string, way: 'email' | 'phone'): boolean =>
  contacts.get(user)?.includes(way) ?? false;

function bySlack({ kind, id }: Recipient, facts: Facts, at: number): Reach {
  switch (kind) {
    case 'user':
      return userReach(id, facts, at);
    case 'channel':
      return channelReach(id, facts);
    case 'usergroup': {
      const group = groupFact(facts, id);
      if (group.is === 'unknown') return 'unknown';
      if (group.is !== 'active' || isShut(facts)) return 'nobody';
      return best(group.members.map((member) => userReach(member, facts, at)));
    }
  }
}

/** A user group is mentioned in a channel: in one that is not there, nobody reads it. */
const isShut = (facts: Facts): boolean =>
  facts.channel !== undefined && channelReach(facts.channel, facts) === 'nobody';

function channelReach(id: string, facts: Facts): Reach {
  const { is } = channelFact(facts, id);
  if (is === 'unknown') return 'unknown';
  return is === 'joined' || is === 'open' ? 'reached' : 'nobody';
}

function userReach(id: string, facts: Facts, at: number): Reach {
  const user = userFact(facts, id);
  if (user.is === 'unknown') return 'unknown';
  if (user.is !== 'active' && user.is !== 'guest') return 'nobody';
  if (user.quiet.is === 'unknown') return 'unknown';
  if (user.quiet.is === 'never') return 'reached';
  const times =
    user.quiet.is === 'times'
      ? user.quiet.times
      : quietTimes(user.quiet, user.timeZone, { from: at, to: at + 1 });
  return times.some(({ from, to }) => from <= at && at < to) ? 'silent' : 'reached';
}

export interface Stretch extends Span {
  readonly reach: Reach;
}

/** The span in pieces, one a change of whom the level reaches. */
export function reachOver(level: Level, facts: Facts, span: Span): Stretch[] {
  const changes = [...new Set([span.from, ...changesOf(level, facts, span)])].sort((a, b) => a - b);
  const known = workedOut(facts, span);
  const pieces: Stretch[] = [];
  for (const [index, from] of changes.entries()) {
    const to = changes[index + 1] ?? span.to;
    const reach = levelReach(level, known, from);
    const before = pieces.at(-1);
    if (before?.reach === reach) pieces[pieces.length - 1] = { ...before, to };
    else pieces.push({ from, to, reach });
  }
  return pieces;
}

/** What is asked at many instants is worked out once: zones are slow to ask. */
const workedOut = (facts: Facts, span: Span): Facts => ({
  ...facts,
  users: new Map(
    [...facts.users].map(([id, user]) => [
      id,
      'quiet' in user && user.quiet.is === 'next'
        ? { ...user, quiet: { is: 'times', times: quietOf(id, facts, span) } }
        : user,
    ]),
  ),
});

/** Everybody who may be paged for a responder within a span, by Slack's ids. */
export function peopleOf({ kind, id }: Responder, facts: Facts, span: Span): string[] {
  if (kind === 'user') return [id];
  if (kind === 'channel') return [];
  if (kind === 'usergroup') {
    const group = groupFact(facts, id);
    return group.is === 'active' ? [...group.members] : [];
  }
  const found = facts.schedules.get(id);
  return found ? [...new Set(shifts(found.schedule, found.overrides, span).map(({ user }) => user))] : [];
}

/** The instants within a span at which anything about the level may change. */
function changesOf({ responders }: Level, facts: Facts, span: Span): number[] {
  const turns = responders.flatMap(({ kind, id }) => {
    const found = kind === 'schedule' ? facts.schedules.get(id) : undefined;
    return found ? shifts(found.schedule, found.overrides, span) : [];
  });
  const people = new Set(responders.flatMap((responder) => peopleOf(responder, facts, span)));
  const nights = [...people].flatMap((id) => quietOf(id, facts, span));
  return [...turns, ...nights]
    .flatMap(({ from, to }) => [from, to])
    .filter((at) => at > span.from && at < span.to);
}

/** When somebody is in do-not-disturb within a span, as far as is known. */
export function quietOf(user: string, facts: Facts, span: Span): Span[] {
  const fact = userFact(facts, user);
  if (fact.is !== 'active' && fact.is !== 'guest') return [];
  return fact.quiet.is === 'next' ? quietTimes(fact.quiet, fact.timeZone, span) : [];
}

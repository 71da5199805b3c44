/** What is wrong with a level, and with each of those whom it names, now or within a span. */
import { type ContactWay, channelFact, type Facts, groupFact, userFact } from './facts.ts';
import { type Level, pagersOf, type Responder, SLACK } from './policy.ts';
import { isNightly } from './quiet-hours.ts';
import { hasContact, peopleOf, quietOf, reachOver } from './reach.ts';
import { gaps, type Span, shifts } from './schedule.ts';

/** `unknown`: could not be looked at. A `warning` leaves the level able to reach somebody. */
export type Severity = 'problem' | 'unknown' | 'warning';

export type Defect = { readonly severity: Severity } & (
  | { readonly what: 'empty' }
  /** Nobody of the level is reached, or none of them hears it. */
  | { readonly what: 'level-nobody' | 'level-silent'; readonly times: readonly Span[] }
  | { readonly what: 'gap'; readonly schedule: string; readonly times: readonly Span[] }
  | {
      readonly what: 'deactivated' | 'bot' | 'missing' | 'guest';
      readonly user: string;
      /** Whose page would go to them. */
      readonly via: Responder;
    }
  | {
      readonly what:
        | 'group-empty'
        | 'group-disabled'
        | 'group-missing'
        | 'group-deactivated'
        | 'group-homeless';
      readonly group: string;
    }
  | { readonly what: 'channel-archived' | 'channel-missing' | 'channel-open'; readonly channel: string }
  | { readonly what: 'quiet-now'; readonly user: string; readonly until: number }
  /** `nights`: those of their turns that it covers, the first one first. */
  | { readonly what: 'quiet-nights'; readonly user: string; readonly nights: readonly Span[] }
  | { readonly what: 'no-contact'; readonly user: string; readonly pager: string; readonly needs: ContactWay }
  | { readonly what: 'not-a-person'; readonly responder: Responder; readonly pager: string }
  | { readonly what: 'pager-failing'; readonly pager: string; readonly why: string }
  | { readonly what: 'unknown'; readonly about: readonly About[]; readonly why: string }
);

/** Of what nothing is known. */
export type About = Responder | { readonly kind: 'pager'; readonly id: string };

export const isWorse = (one: Severity, other: Severity): boolean => RANK[one] < RANK[other];
const RANK: Readonly<Record<Severity, number>> = { problem: 0, unknown: 1, warning: 2 };

/** The worst first. */
export function defectsOf(level: Level, facts: Facts, span: Span): Defect[] {
  if (level.responders.length === 0) return [{ what: 'empty', severity: 'problem' }];
  const all = [
    ...ofWholeLevel(level, facts, span),
    ...level.responders.flatMap((responder) => ofResponder(responder, level, facts, span)),
    ...ofPagers(level, facts, span),
  ];
  return [...all, ...unknowns(level, facts, span)].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

function ofWholeLevel(level: Level, facts: Facts, span: Span): Defect[] {
  const pieces = reachOver(level, facts, span);
  const when = (reach: string): Span[] =>
    pieces.filter((piece) => piece.reach === reach).map(({ from, to }) => ({ from, to }));
  const [nobody, silent] = [when('nobody'), when('silent')];
  return [
    ...(nobody.length > 0 ? [{ what: 'level-nobody', severity: 'problem', times: nobody } as const] : []),
    ...(silent.length > 0 ? [{ what: 'level-silent', severity: 'problem', times: silent } as const] : []),
  ];
}

function ofResponder(responder: Responder, level: Level, facts: Facts, span: Span): Defect[] {
  const { kind, id } = responder;
  const asksSlack = pagersOf(level).includes(SLACK);
  switch (kind) {
    case 'user':
      return asksSlack ? ofUser(id, responder, facts, [span], span) : [];
    case 'channel':
      return asksSlack ? ofChannel(id, facts) : [];
    case 'usergroup':
      return asksSlack ? ofGroup(id, facts) : [];
    case 'schedule': {
      const found = facts.schedules.get(id);
      if (!found) return [];
      const times = gaps(found.schedule, found.overrides, span);
      const turns = Map.groupBy(shifts(found.schedule, found.overrides, span), ({ user }) => user);
      return [
        ...(times.length > 0 ? [{ what: 'gap', severity: 'problem', schedule: id, times } as const] : []),
        ...[...turns].flatMap(([user, own]) => (asksSlack ? ofUser(user, responder, facts, own, span) : [])),
      ];
    }
  }
}

/** `turns`: when pages go to them. */
function ofUser(id: string, via: Responder, facts: Facts, turns: readonly Span[], span: Span): Defect[] {
  const user = userFact(facts, id);
  if (user.is === 'unknown') return [];
  if (user.is !== 'active' && user.is !== 'guest')
    return [{ what: user.is, severity: 'problem', user: id, via }];
  return [
    ...(user.is === 'guest' ? [{ what: 'guest', severity: 'warning', user: id, via } as const] : []),
    ...ofQuiet(id, facts, turns, span),
  ];
}

function ofQuiet(id: string, facts: Facts, turns: readonly Span[], span: Span): Defect[] {
  const user = userFact(facts, id);
  if ((user.is !== 'active' && user.is !== 'guest') || user.quiet.is !== 'next') return [];
  const times = turns.flatMap((turn) => quietOf(id, facts, turn));
  const now = times.find(({ from }) => from === span.from);
  const nights = isNightly(user.quiet, user.timeZone) ? times : [];
  return [
    ...(now ? [{ what: 'quiet-now', severity: 'warning', user: id, until: user.quiet.to } as const] : []),
    ...(nights.length > 0 ? [{ what: 'quiet-nights', severity: 'warning', user: id, nights } as const] : []),
  ];
}

function ofGroup(id: string, facts: Facts): Defect[] {
  const group = groupFact(facts, id);
  const found = (
    what: 'group-empty' | 'group-disabled' | 'group-missing' | 'group-deactivated' | 'group-homeless',
  ) => [{ what, severity: 'problem', group: id }] satisfies Defect[];
  const home: Defect[] =
    facts.channel === undefined ? found('group-homeless') : ofChannel(facts.channel, facts);
  if (group.is === 'unknown') return home;
  if (group.is !== 'active') return [...found(`group-${group.is}`), ...home];
  if (group.members.length === 0) return [...found('group-empty'), ...home];
  const isGone = group.members.every((member) => {
    const { is } = userFact(facts, member);
    return is === 'deactivated' || is === 'bot' || is === 'missing';
  });
  return [...(isGone ? found('group-deactivated') : []), ...home];
}

function ofChannel(id: string, facts: Facts): Defect[] {
  const { is } = channelFact(facts, id);
  if (is === 'unknown' || is === 'joined') return [];
  return [{ what: `channel-${is}`, severity: is === 'open' ? 'warning' : 'problem', channel: id }];
}

function ofPagers(level: Level, facts: Facts, span: Span): Defect[] {
  return pagersOf(level).flatMap((pager): Defect[] => {
    if (pager === SLACK) return [];
    const { needs, fact } = facts.pagers.get(pager) ?? {};
    const failing: Defect[] =
      fact?.is === 'failing' ? [{ what: 'pager-failing', severity: 'problem', pager, why: fact.why }] : [];
    if (needs === undefined) return failing;
    return [
      ...failing,
      ...level.responders.flatMap((responder): Defect[] => {
        if (responder.kind === 'usergroup' || responder.kind === 'channel')
          return [{ what: 'not-a-person', severity: 'warning', responder, pager }];
        return peopleOf(responder, facts, span)
          .filter((user) => !hasContact(facts, user, needs))
          .map((user) => ({ what: 'no-contact', severity: 'problem', user, pager, needs }));
      }),
    ];
  });
}

/** Once for each reason: without Slack, everything has the same. */
function unknowns(level: Level, facts: Facts, span: Span): Defect[] {
  const asksSlack = pagersOf(level).includes(SLACK);
  const slack = asksSlack ? level.responders.flatMap((responder) => unknownOf(responder, facts, span)) : [];
  const pagers = pagersOf(level).flatMap((id) => {
    const fact = facts.pagers.get(id)?.fact;
    return fact?.is === 'unknown' ? [{ about: { kind: 'pager', id } as const, why: fact.why }] : [];
  });
  return [...Map.groupBy([...slack, ...pagers], ({ why }) => why)].map(([why, all]) => ({
    what: 'unknown',
    severity: 'unknown',
    why,
    about: [...new Map(all.map(({ about }) => [`${about.kind}/${about.id}`, about])).values()],
  }));
}

function unknownOf(
  responder: Responder,
  facts: Facts,
  span: Span,
): { readonly about: About; readonly why: string }[] {
  const { kind, id } = responder;
  const direct =
    kind === 'channel' ? channelFact(facts, id) : kind === 'usergroup' ? groupFact(facts, id) : undefined;
  const home = kind === 'usergroup' && facts.channel !== undefined ? [facts.channel] : [];
  return [
    ...(direct?.is === 'unknown' ? [{ about: responder, why: direct.why }] : []),
    ...home.flatMap((channel) => {
      const fact = channelFact(facts, channel);
      return fact.is === 'unknown'
        ? [{ about: { kind: 'channel', id: channel } as const, why: fact.why }]
        : [];
    }),
    ...peopleOf(responder, facts, span).flatMap((user) => {
      const why = whyUnknown(facts, user);
      return why === undefined ? [] : [{ about: { kind: 'user', id: user } as const, why }];
    }),
  ];
}

function whyUnknown(facts: Facts, id: string): string | undefined {
  const user = userFact(facts, id);
  if (user.is === 'unknown') return user.why;
  return 'quiet' in user && user.quiet.is === 'unknown' ? user.quiet.why : undefined;
}

/** Looks at the ladders of an environment: asks Slack and each pager, and judges what they say. Changes nothing and wakes nobody. */

import { listLadders } from '../policy/choose.ts';
import type {
  ChannelFact,
  ContactWay,
  Facts,
  GroupFact,
  NamedLadder,
  PagerFact,
  PagerTraits,
  Unknown,
  UserFact,
} from '../policy/facts.ts';
import { AHEAD_MS, checkLadder, type LadderCheck } from '../policy/ladder-check.ts';
import { type EscalationPolicy, pagersOf, SLACK } from '../policy/policy.ts';
import { shifts } from '../policy/schedule.ts';
import { environmentOf } from './lookup.ts';
import type { Estate, Schedules, Store } from './ports.ts';

/** What Slack knows of those whom a ladder names. Each answers for itself: what cannot be asked is unknown, with why. */
export interface Directory {
  user(id: string): Promise<UserFact>;
  group(id: string): Promise<GroupFact>;
  channel(id: string): Promise<ChannelFact>;
}

/** The pagers beside Slack. */
export interface PagerDesk {
  readonly needs: (name: string) => ContactWay | undefined;
  /** Asks it something harmless. */
  readonly ask: (name: string) => Promise<PagerFact>;
}

export interface ReachDeps {
  readonly store: Pick<Store, 'transact'>;
  readonly schedules: Schedules;
  readonly estate: Pick<Estate, 'environments' | 'policy' | 'ladders'>;
  readonly channelOf: (environment: string) => string | undefined;
  readonly contacts: Facts['contacts'];
  readonly directory: Directory;
  readonly pagers: PagerDesk;
}

export interface Checked {
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly ladders: readonly LadderCheck[];
  /** What each pager that answers has answered to. */
  readonly answering: readonly { readonly pager: string; readonly how: string }[];
}

/** The ladders of an environment, whichever of them an incident goes by, with the rules that lead to each. */
export const laddersOf = (
  { ladders }: Pick<Estate, 'ladders'>,
  environment: string,
): readonly NamedLadder<EscalationPolicy>[] =>
  listLadders(ladders(environment)).map(({ name, when, escalation }) => ({
    name: when.length === 0 ? name : `${name} (${when.join('; ')})`,
    escalation,
  }));

/** `aheadMs`: how far ahead is looked. @throws UserError on an unknown environment */
export async function checkReach(
  deps: ReachDeps,
  named: string | undefined,
  aheadMs: number = AHEAD_MS,
): Promise<Checked> {
  const environment = environmentOf(deps.estate, named);
  const ladders = laddersOf(deps.estate, environment);
  const { at, facts } = await gather(deps, environment, ladders, aheadMs);
  return {
    environment,
    at,
    ladders: ladders.map((ladder) => checkLadder(ladder, facts, at, aheadMs)),
    answering: [...facts.pagers].flatMap(([pager, { fact }]) =>
      fact.is === 'answering' ? [{ pager, how: fact.how }] : [],
    ),
  };
}

async function gather(
  { store, schedules, channelOf, contacts, directory, pagers }: ReachDeps,
  environment: string,
  ladders: readonly NamedLadder<EscalationPolicy>[],
  aheadMs: number,
): Promise<{ at: number; facts: Facts }> {
  const levels = ladders.flatMap(({ escalation }) => escalation.levels);
  const named = (kind: string) => [
    ...new Set(
      levels.flatMap(({ responders }) => responders.flatMap((each) => (each.kind === kind ? each.id : []))),
    ),
  ];
  const { at, turns } = await store.transact(async ({ now, overrides }) => {
    const found: [string, NonNullable<ReturnType<Facts['schedules']['get']>>][] = [];
    for (const name of named('schedule')) {
      const schedule = schedules.get(name);
      if (schedule) found.push([name, { schedule, overrides: await overrides.since(name, now) }]);
    }
    return { at: now, turns: new Map(found) };
  });
  const channel = channelOf(environment);
  const asksSlack = levels.some((level) => pagersOf(level).includes(SLACK));
  const span = { from: at, to: at + aheadMs };
  const [groups, channels, answers] = await Promise.all([
    about(asksSlack ? named('usergroup') : [], directory.group),
    about(
      asksSlack ? [...named('channel'), ...(channel === undefined ? [] : [channel])] : [],
      directory.channel,
    ),
    about(
      levels.flatMap(pagersOf).filter((name) => name !== SLACK),
      pagers.ask,
    ),
  ]);
  const people = [
    ...named('user'),
    ...[...turns.values()].flatMap(({ schedule, overrides }) =>
      shifts(schedule, overrides, span).map(({ user }) => user),
    ),
    ...[...groups.values()].flatMap((group) => (group.is === 'active' ? group.members : [])),
  ];
  return {
    at,
    facts: {
      users: await about(asksSlack ? people : [], directory.user),
      groups,
      channels,
      pagers: new Map([...answers].map(([name, fact]) => [name, traits(fact, pagers.needs(name))])),
      contacts,
      schedules: turns,
      channel,
    },
  };
}

const traits = (fact: PagerFact, needs: ContactWay | undefined): PagerTraits =>
  needs === undefined ? { fact } : { fact, needs };

/** More at once would only be told to wait. */
const SIDE_BY_SIDE = 5;

/** Each once. */
async function about<Fact>(
  ids: readonly string[],
  ask: (id: string) => Promise<Fact>,
): Promise<Map<string, Fact>> {
  const found = new Map<string, Fact>();
  const left = [...new Set(ids)].values();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const id of left) found.set(id, await ask(id));
    }),
  );
  return found;
}

/** For where there is no Slack to ask. */
export const nobodyAsked = (why: string): Directory => {
  const unknown: Unknown = { is: 'unknown', why };
  const answer = async (): Promise<Unknown> => unknown;
  return { user: answer, group: answer, channel: answer };
};

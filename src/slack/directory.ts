/** Asks Slack about those whom a ladder names, no faster than it allows. What it does not say is unknown. */
import { setTimeout as pause } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import type { Directory } from '../engine/reachability.ts';
import { AdapterError, messageOf } from '../errors.ts';
import type { GroupFact, Quiet, Unknown, UserFact } from '../policy/facts.ts';
import { call, slackError } from './calls.ts';
import { standingOf } from './standing.ts';

/** How long one look waits for its turn altogether, in milliseconds: whoever asked waits too. */
const PATIENCE_MS = 60_000;

/** For one look: what it has been told is remembered. */
export function openDirectory(client: WebClient, patienceMs: number = PATIENCE_MS): Directory {
  const until = performance.now() + patienceMs;
  const ask = <Answer>(operation: string, work: () => Promise<Answer>): Promise<Answer> =>
    inTurn(() => call(operation, work()), until);
  let groups: Promise<ReadonlyMap<string, GroupFact>> | undefined;
  return {
    user: (id) => orUnknown(userFact(client, ask, id)),
    group: (id) =>
      orUnknown(
        (async (): Promise<GroupFact> => {
          groups ??= groupFacts(client, ask);
          return (await groups).get(id) ?? { is: 'missing' };
        })(),
      ),
    channel: (id) =>
      orUnknown(
        (async () => {
          try {
            const { channel } = await ask('conversations.info', () =>
              client.conversations.info({ channel: id }),
            );
            return {
              is: channel?.is_archived ? 'archived' : channel?.is_member ? 'joined' : 'open',
            } as const;
          } catch (error) {
            if (slackError(error) === 'channel_not_found') return { is: 'missing' } as const;
            throw error;
          }
        })(),
      ),
  };
}

type Ask = <Answer>(operation: string, work: () => Promise<Answer>) => Promise<Answer>;

async function userFact(client: WebClient, ask: Ask, id: string): Promise<UserFact> {
  const standing = await standingOf(ask('users.info', () => client.users.info({ user: id })));
  if (!('user' in standing)) return standing;
  const { is, user } = standing;
  return { is, timeZone: zoneOf(user.tz), quiet: await orUnknown(quietFact(client, ask, id)) };
}

/** Slack's names of zones are the IANA database's. */
function zoneOf(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name ?? 'UTC' }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

async function quietFact(client: WebClient, ask: Ask, id: string): Promise<Quiet> {
  const info = await ask('dnd.info', () => client.dnd.info({ user: id }));
  const { dnd_enabled, next_dnd_start_ts: from = 0, next_dnd_end_ts: to = 0 } = info;
  // Both are 1 where there is none.
  if (!dnd_enabled || to <= from) return { is: 'never' };
  return { is: 'next', from: from * 1000, to: to * 1000 };
}

async function groupFacts(client: WebClient, ask: Ask): Promise<ReadonlyMap<string, GroupFact>> {
  const options = { include_disabled: true, include_users: true };
  const { usergroups = [] } = await ask('usergroups.list', () => client.usergroups.list(options));
  return new Map(
    usergroups.flatMap(({ id, date_delete = 0, users = [] }): [string, GroupFact][] =>
      id === undefined ? [] : [[id, date_delete > 0 ? { is: 'disabled' } : { is: 'active', members: users }]],
    ),
  );
}

/** Waits as long as Slack asks, unless that is too long. @throws AdapterError */
async function inTurn<Answer>(work: () => Promise<Answer>, until: number): Promise<Answer> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const waitMs = error instanceof AdapterError ? error.retryAfterMs : undefined;
      if (waitMs === undefined || performance.now() + waitMs > until) throw error;
      await pause(waitMs);
    }
  }
}

const orUnknown = <Fact>(work: Promise<Fact>): Promise<Fact | Unknown> =>
  work.catch((error: unknown): Unknown => {
    if (!(error instanceof AdapterError)) throw error;
    return { is: 'unknown', why: messageOf(error) };
  });

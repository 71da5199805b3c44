/** What every interaction payload carries, and its way to the app. */
import { noticeOf, type Receipt } from '../delivery/delivery.ts';
import type { Fields } from '../fields.ts';
import type { Channel, User } from '../model.ts';
import type { ClientAnswer, Platform } from '../platform.ts';
import type { State } from '../state.ts';

/** @throws Error when there is no such person: nobody can act as them */
export function userOf(state: State, id: string): User {
  const user = state.users.get(id);
  if (!user || user.isBot) throw new Error(`There is no user ${id}.`);
  return user;
}

/** @throws Error when there is no such channel, or this person cannot see it */
export function channelOf(state: State, id: string, user: User): Channel {
  const channel = state.channels.get(id);
  if (!channel || !canSee(channel, user.id)) throw new Error(`${user.name} cannot see the channel ${id}.`);
  return channel;
}

export function canSee(channel: Channel, user: string): boolean {
  return channel.kind === 'public' || channel.members.includes(user);
}

export function channelName({ kind, name }: Channel): string {
  return kind === 'im' ? 'directmessage' : kind === 'private' ? 'privategroup' : name;
}

export function commonPayload(state: State, user: User): Fields {
  const { team, app } = state.seed;
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: team.id },
    api_app_id: app.id,
    token: state.credentials.verificationToken,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function answerOf(receipt: Receipt, { state }: Platform): ClientAnswer {
  const notice = noticeOf(receipt, state.seed.app.name);
  return notice === undefined ? { ok: true } : { ok: false, notice };
}

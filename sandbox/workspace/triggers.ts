/** `trigger_id`s: what a person did, exchanged once and within three seconds for a modal. */
import { makeToken } from './ids.ts';
import { SlackError } from './slack-error.ts';

const LIFETIME_MS = 3000;
/** How long it is known that there was such a one. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

export interface Triggers {
  issue(user: string): string;
  /** Whose it is, if it may be exchanged now. @throws SlackError `invalid_trigger_id`, `expired_trigger_id`, `exchanged_trigger_id` */
  check(id: string): string;
  /** After this, `check` refuses it. */
  exchange(id: string): void;
}

export function createTriggers(now: () => number, teamId: string): Triggers {
  const issued = new Map<string, { user: string; at: number; isExchanged: boolean }>();
  return {
    issue: (user) => {
      const id = `${now()}.${teamId.replace(/\D/g, '') || 1}.${makeToken(16)}`;
      for (const [old, { at }] of issued) if (now() - at > REMEMBERED_MS) issued.delete(old);
      issued.set(id, { user, at: now(), isExchanged: false });
      return id;
    },
    check: (id) => {
      const trigger = issued.get(id);
      if (!trigger) throw new SlackError('invalid_trigger_id');
      if (trigger.isExchanged) throw new SlackError('exchanged_trigger_id');
      if (now() - trigger.at > LIFETIME_MS) throw new SlackError('expired_trigger_id');
      return trigger.user;
    },
    exchange: (id) => {
      const trigger = issued.get(id);
      if (trigger) trigger.isExchanged = true;
    },
  };
}

/** Messages without the database: each is looked for in Slack before it is posted, since others may have posted it. */
import type { Entry, SpooledMessage } from '../engine/alone.ts';
import type { HeldMessage, Messages } from '../engine/ports.ts';
import { createLocks } from './locks.ts';
import type { Memory } from './memory.ts';

export interface SpooledMessagesOptions {
  readonly memory: Memory;
  readonly add: (entry: Entry) => Promise<unknown>;
}

const CARD = 'incident/';

export function createSpooledMessages({ memory, add }: SpooledMessagesOptions): Messages {
  const held = createLocks();
  const write = async (message: SpooledMessage): Promise<void> => {
    const entry = { entry: 'message', message } as const;
    memory.note(entry);
    await add(entry);
  };
  return {
    // `sending`: its outcome is unknown, as it is of whatever another replica may have begun.
    reserve: async (key, channel) => {
      if (!memory.messages.has(key)) await write({ key, channel, state: 'sending' });
    },
    hold: (key, work) =>
      held(key, async () => {
        let row = memory.messages.get(key);
        if (!row) return undefined;
        const mark = async (next: Partial<SpooledMessage>): Promise<void> => {
          row = { ...(row ?? { key, channel: '' }), state: 'sending', ...next };
          await write(row);
        };
        const message: HeldMessage = {
          ...row,
          // It is known by its mark alone: the database has not given it a number.
          id: `alone/${key}`,
          markSending: () => mark({ state: 'sending' }),
          markSent: (ts, content) => mark({ state: 'sent', ts, content }),
          markFailed: () => mark({ state: 'sending' }),
        };
        return work(message);
      }),
    begun: async (prefix) =>
      new Map(
        [...memory.messages]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { state }]) => [key, state]),
      ),
    find: async (key) =>
      key.startsWith(CARD) ? memory.cards.get(key.slice(CARD.length)) : posted(memory.messages.get(key)),
    at: async (channel, ts) => {
      const isThere = (of: { readonly channel: string; readonly ts?: string } | undefined) =>
        of?.channel === channel && of.ts === ts;
      const card = [...memory.cards].find(([, place]) => isThere(place));
      const message = [...memory.messages].find(([, each]) => isThere(each));
      return card ? `${CARD}${card[0]}` : message?.[0];
    },
  };
}

const posted = (message: SpooledMessage | undefined) =>
  message?.ts === undefined ? undefined : { channel: message.channel, ts: message.ts };

/** What has just changed, told to whoever shows or waits for it. */
import type { StackState } from '../page/api.ts';
import type { Channel, Message, View } from './model.ts';

export type Change =
  | { type: 'message'; message: Message }
  | { type: 'message_deleted'; message: Message }
  | { type: 'channel'; channel: Channel }
  | { type: 'view'; view: View; errors?: Record<string, string> }
  | { type: 'view_closed'; view: View }
  | { type: 'bot'; connected: boolean }
  | { type: 'stack'; stack: StackState }
  | { type: 'notice'; user: string; text: string };

export interface Changes {
  tell(change: Change): void;
  /** @returns how to stop listening */
  listen(listener: (change: Change) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>();
  return {
    tell: (change) => {
      for (const listener of listeners) listener(change);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

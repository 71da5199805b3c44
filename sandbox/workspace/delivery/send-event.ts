/** Events: wrapped as Slack does, and tried again at once, after a minute and after five when nobody acknowledged. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Fields } from '../fields.ts';
import { makeId } from '../ids.ts';
import type { State } from '../state.ts';
import type { Delivery, Receipt, Retry } from './delivery.ts';

export type SendEvent = (event: Fields) => Promise<Receipt>;

export interface EventSender {
  send: SendEvent;
  /** Gives up on what is still to be tried again. */
  stop(): void;
}

function reasonOf(receipt: Receipt, isSocket: boolean): Retry['reason'] {
  if (receipt.outcome === 'rejected') return 'http_error';
  if (receipt.outcome === 'unreachable' && !isSocket) return 'connection_failed';
  return isSocket ? 'timeout' : 'http_timeout';
}

const isFinal = (receipt: Receipt) =>
  receipt.outcome === 'acknowledged' || (receipt.outcome === 'rejected' && receipt.noRetry);

/** @param retryDelaysMs from each attempt to the next */
export function createEventSender(
  state: State,
  delivery: Delivery,
  { retryDelaysMs, isSocket }: { retryDelaysMs: readonly number[]; isSocket: boolean },
): EventSender {
  const stopping = new AbortController();
  const { team, app } = state.seed;

  return {
    send: async (event) => {
      const body = {
        token: state.credentials.verificationToken,
        team_id: team.id,
        context_team_id: team.id,
        context_enterprise_id: null,
        api_app_id: app.id,
        event: { ...event, event_ts: event.event_ts ?? event.ts ?? state.nextTs() },
        type: 'event_callback',
        event_id: makeId('Ev'),
        event_time: Math.floor(state.now() / 1000),
        authorizations: [
          {
            enterprise_id: null,
            team_id: team.id,
            user_id: app.botUserId,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: false,
        event_context: makeId('EC'),
      };
      let receipt = await delivery.send('events_api', body);
      for (const [index, delay] of retryDelaysMs.entries()) {
        if (isFinal(receipt) || stopping.signal.aborted) break;
        try {
          await pause(delay, undefined, { signal: stopping.signal, ref: false });
        } catch {
          break;
        }
        receipt = await delivery.send('events_api', body, {
          attempt: index + 1,
          reason: reasonOf(receipt, isSocket),
        });
      }
      return receipt;
    },
    stop: () => stopping.abort(),
  };
}

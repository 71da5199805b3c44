/** The parts of the workspace that act together, and what a person's client hears back. */
import type { Changes } from './changes.ts';
import type { Delivery } from './delivery/delivery.ts';
import type { SendEvent } from './delivery/send-event.ts';
import type { Messages } from './messages.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { State } from './state.ts';
import type { Triggers } from './triggers.ts';
import type { Views } from './views.ts';

export interface Platform {
  state: State;
  changes: Changes;
  messages: Messages;
  views: Views;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  delivery: Delivery;
  sendEvent: SendEvent;
}

/** What Slack's client knows after somebody did something: it was taken, or the words to show them. */
export type ClientAnswer = { ok: true; errors?: Record<string, string> } | { ok: false; notice: string };

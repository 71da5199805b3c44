/** Announces a silence in its environment's channel, and that it was ended. */
import type { Messages, Store } from '../engine/ports.ts';
import type { Outbox } from './outbox.ts';
import { announcedView } from './views/silence.ts';

export interface SilenceNewsDeps {
  readonly store: Pick<Store, 'transact'>;
  readonly messages: Messages;
  readonly outbox: Outbox;
  readonly channelOf: (environment: string) => string | undefined;
}

/** Without a channel there is nobody to tell: `/paksa silences` has it. */
export async function publishSilence(deps: SilenceNewsDeps, id: string): Promise<void> {
  const silence = await deps.store.transact((tx) => tx.silences.find(id));
  const channel = silence && deps.channelOf(silence.environment);
  if (!silence || channel === undefined) return;
  await deps.messages.reserve(`silence/${id}`, channel);
  await deps.outbox.refresh(`silence/${id}`, announcedView(silence));
}

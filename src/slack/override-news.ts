/** Tells whoever an override puts on call, and whoever is on call again when it is ended early, in their own conversations. */
import type { WebClient } from '@slack/web-api';
import type { OnCallDeps } from '../engine/on-call.ts';
import { overrideNews } from '../engine/override.ts';
import { AdapterError } from '../errors.ts';
import { call } from './calls.ts';
import type { Outbox } from './outbox.ts';
import type { View } from './views/blocks.ts';
import { relievingView, standInView, untoldView } from './views/on-call.ts';

export interface OverrideNewsDeps extends OnCallDeps {
  readonly client: WebClient;
  readonly outbox: Outbox;
}

export async function publishOverride(deps: OverrideNewsDeps, id: string): Promise<void> {
  const news = await overrideNews(deps, id);
  if (!news) return;
  try {
    await tell(deps, `override/${id}`, news.override.user, standInView(news));
  } catch (error) {
    // Somebody whom Slack does not know, such as a slip in typing: trying again would not help, knowing does.
    const { madeBy, user } = news.override;
    if (!(error instanceof AdapterError) || error.retryable) throw error;
    if (!madeBy.startsWith('cli:') && madeBy !== user)
      await tell(deps, `override/${id}/untold`, madeBy, untoldView(news, error.message));
  }
  if (news.relieving !== undefined)
    await tell(deps, `override/${id}/relieved`, news.relieving, relievingView(news));
}

const tell = async (
  { client, outbox }: OverrideNewsDeps,
  key: string,
  user: string,
  view: View,
): Promise<void> => outbox.deliver(key, { channel: await directChannel(client, user) }, view);

export async function directChannel(client: WebClient, user: string): Promise<string> {
  const { channel } = await call('conversations.open', client.conversations.open({ users: user }));
  if (channel?.id === undefined) throw new Error('Slack opened a conversation without an id');
  return channel.id;
}

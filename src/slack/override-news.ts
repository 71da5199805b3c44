/** Tells whoever an override puts on call, and whoever is on call again when it is ended early, in their own conversations. */
import type { WebClient } from '@slack/web-api';
import type { OnCallDeps } from '../engine/on-call.ts';
import { overrideNews } from '../engine/override.ts';
import { call } from './calls.ts';
import type { Outbox } from './outbox.ts';
import { relievingView, standInView } from './views/on-call.ts';

export interface OverrideNewsDeps extends OnCallDeps {
  readonly client: WebClient;
  readonly outbox: Outbox;
}

export async function publishOverride(deps: OverrideNewsDeps, id: string): Promise<void> {
  const news = await overrideNews(deps, id);
  if (!news) return;
  await deps.outbox.deliver(
    `override/${id}`,
    { channel: await directChannel(deps.client, news.override.user) },
    standInView(news),
  );
  if (news.relieving !== undefined)
    await deps.outbox.deliver(
      `override/${id}/relieved`,
      { channel: await directChannel(deps.client, news.relieving) },
      relievingView(news),
    );
}

export async function directChannel(client: WebClient, user: string): Promise<string> {
  const { channel } = await call('conversations.open', client.conversations.open({ users: user }));
  if (channel?.id === undefined) throw new Error('Slack opened a conversation without an id');
  return channel.id;
}

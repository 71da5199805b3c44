/** What the Slack pager needs of Slack, on the outbox: a page is found again when the answer to posting it was lost. */
import { pageKey } from '../engine/escalate.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { call } from './calls.ts';
import { type PublishDeps, permalink } from './publish.ts';
import { pageView } from './views/page.ts';

export const createPages = (deps: PublishDeps) => ({
  cardChannel: async (incident: Incident): Promise<string | undefined> =>
    (await deps.messages.find(`incident/${incident.id}`))?.channel ?? deps.channelOf(incident.environment),

  directChannel: async (user: string): Promise<string> => {
    const { channel } = await call('conversations.open', deps.client.conversations.open({ users: user }));
    if (channel?.id === undefined) throw new Error('Slack opened a conversation without an id');
    return channel.id;
  },

  deliver: async (incident: Incident, page: PageRef, channel: string): Promise<void> => {
    // Without a card yet, the page goes out all the same: it must not wait for what is only to be looked at.
    const card = await deps.messages.find(`incident/${incident.id}`);
    const view = pageView(incident, page, card && (await permalink(deps.client, card)));
    await deps.outbox.deliver(pageKey(incident.id, page), { channel }, view);
  },
});

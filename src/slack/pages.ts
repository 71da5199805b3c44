/** What the Slack pager needs of Slack, on the outbox: a page is found again when the answer to posting it was lost. */
import { pageKey } from '../engine/escalate.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { directChannel } from './override-news.ts';
import { type PublishDeps, permalink } from './publish.ts';
import { pageView } from './views/page.ts';

export const createPages = (deps: PublishDeps) => ({
  cardChannel: async (incident: Incident): Promise<string | undefined> =>
    (await deps.messages.find(`incident/${incident.id}`))?.channel ?? deps.channelOf(incident.environment),

  directChannel: (user: string): Promise<string> => directChannel(deps.client, user),

  deliver: async (incident: Incident, page: PageRef, channel: string): Promise<void> => {
    // Without a card yet, the page goes out all the same: it must not wait for what is only to be looked at.
    const card = await deps.messages.find(`incident/${incident.id}`);
    const view = pageView(incident, page, card && (await permalink(deps.client, card)));
    await deps.outbox.deliver(pageKey(incident.id, page), { channel }, view);
  },
});

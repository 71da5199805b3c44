/** What the Slack pager needs of Slack, on the outbox: a page is found again when the answer to posting it was lost. */
import { pageKey } from '../engine/escalate.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import { directChannel } from './override-news.ts';
import { type PublishDeps, permalink } from './publish.ts';
import { slackPageOf } from './publish-drill.ts';
import type { View } from './views/blocks.ts';
import { drillPageView } from './views/drill.ts';
import { pageView } from './views/page.ts';

export const createPages = (deps: PublishDeps) => ({
  cardChannel: async (incident: Incident): Promise<string | undefined> =>
    (await deps.messages.find(`incident/${incident.id}`))?.channel ?? deps.channelOf(incident.environment),

  directChannel: (user: string): Promise<string> => directChannel(deps.client, user),

  deliver: async (incident: Incident, page: PageRef, channel: string): Promise<void> => {
    const key = pageKey(incident.id, page);
    if (incident.drill) return deps.outbox.deliver(key, { channel }, await drillPage(deps, incident.id, key));
    // Without a card yet, the page goes out all the same: it must not wait for what is only to be looked at.
    const card = await deps.messages.find(`incident/${incident.id}`);
    const view = pageView(incident, page, card && (await permalink(deps.client, card)));
    await deps.outbox.deliver(key, { channel }, view);
  },
});

async function drillPage({ store }: PublishDeps, id: string, key: string): Promise<View> {
  const drill = await store.transact((tx) => tx.drills.find(id));
  if (!drill) throw new Error(`The drill ${id} is not there.`);
  return drillPageView(drill, slackPageOf(drill, key));
}

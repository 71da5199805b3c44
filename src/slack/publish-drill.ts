/** Brings a drill's result up to date, and its pages that stand in Slack: answered, or over, they have no button any more. */

import { refOfPage } from '../engine/drill-pages.ts';
import { pageKey, pageKeys } from '../engine/escalate.ts';
import type { Messages, Store } from '../engine/ports.ts';
import type { Drill } from '../policy/drill.ts';
import { SLACK } from '../policy/policy.ts';
import type { Outbox } from './outbox.ts';
import { drillPageView, drillView } from './views/drill.ts';

export interface PublishDrillDeps {
  readonly store: Pick<Store, 'transact'>;
  readonly messages: Messages;
  readonly outbox: Outbox;
}

export async function publishDrill({ store, messages, outbox }: PublishDrillDeps, id: string): Promise<void> {
  const drill = await store.transact((tx) => tx.drills.find(id));
  if (!drill) return;
  await outbox.refresh(`drill/${id}`, drillView(drill));
  const begun = await messages.begun(pageKeys(id));
  for (const [number, page] of drill.pages.entries()) {
    const key = pageKey(id, refOfPage(page));
    if (page.pager === SLACK && begun.get(key) === 'sent')
      await outbox.refresh(key, drillPageView(drill, number));
  }
}

/** Which of a drill's pages the Slack pager is at. */
export const slackPageOf = ({ id, pages }: Drill, key: string): number =>
  pages.findIndex((page) => page.pager === SLACK && pageKey(id, refOfPage(page)) === key);

/** Pages through Slack: a person by direct message, a channel by `@here`, a user group by a mention beside the card. */
import type { Pager } from '../engine/ports.ts';
import type { Incident, PageRef } from '../incident/incident.ts';

/** What this pager needs of Slack. Each call may be made again after an unknown outcome. @throws AdapterError */
export interface SlackPages {
  /** The channel of the incident's card, posting the card if need be: a page has to point at something. */
  cardChannel(incident: Incident): Promise<string>;
  directChannel(user: string): Promise<string>;
  /** Posts the page unless it stands there already. */
  deliver(incident: Incident, page: PageRef, channel: string): Promise<void>;
}

export const createSlackPager = (slack: SlackPages): Pager => ({
  page: async (incident, page) => {
    const { channel, by } = await destination(slack, incident, page.responder);
    await slack.deliver(incident, page, channel);
    return by;
  },
});

async function destination(slack: SlackPages, incident: Incident, responder: string) {
  const [kind, id = ''] = responder.split('/');
  const card = await slack.cardChannel(incident);
  if (kind === 'channel') return { channel: id, by: 'Slack channel' };
  if (kind === 'usergroup') return { channel: card, by: 'Slack mention' };
  return { channel: await slack.directChannel(id), by: 'Slack direct message' };
}

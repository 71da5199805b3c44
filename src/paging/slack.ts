/** Pages through Slack: a person by direct message, a channel by `@here`, a user group by a mention where the card is. */
import type { Pager } from '../engine/ports.ts';
import { AdapterError } from '../errors.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import type { Recipient } from '../policy/policy.ts';

/** What this pager needs of Slack. Each call may be made again after an unknown outcome. @throws AdapterError */
export interface SlackPages {
  /** The channel of the incident's card, or the one that is configured for incidents. */
  cardChannel(incident: Incident): Promise<string | undefined>;
  directChannel(user: string): Promise<string>;
  /** Posts the page unless it stands there already. */
  deliver(incident: Incident, page: PageRef, channel: string): Promise<void>;
}

export const createSlackPager = (slack: SlackPages): Pager => ({
  page: async (incident, page, to) => {
    const { channel, by } = await destination(slack, incident, to);
    await slack.deliver(incident, page, channel);
    return by;
  },
});

async function destination(slack: SlackPages, incident: Incident, { kind, id }: Recipient) {
  if (kind === 'channel') return { channel: id, by: 'Slack channel' };
  if (kind === 'user') return { channel: await slack.directChannel(id), by: 'Slack direct message' };
  const channel = await slack.cardChannel(incident);
  if (channel === undefined)
    throw new AdapterError('There is no channel to mention a user group in: set “channel” in paksa.yaml.', {
      system: 'slack',
      operation: 'page',
      fault: 'not-configured',
      retryable: false,
    });
  return { channel, by: 'Slack mention' };
}

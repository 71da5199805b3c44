/** Tells one person alone: through the payload's own address where it has one, else beside the conversation. */
import type { WebClient } from '@slack/web-api';
import { call } from './calls.ts';
import type { View } from './views/blocks.ts';

export interface Asker {
  readonly user: string;
  /** Where they asked; undefined where the payload does not say. */
  readonly channel?: string | undefined;
  /** Good for five answers in thirty minutes, in conversations that Paksa is not part of too. */
  readonly responseUrl?: string | undefined;
}

export type Tell = (asker: Asker, view: View) => Promise<void>;

/** How long Slack may take to accept an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

export const createTell =
  (client: WebClient): Tell =>
  async ({ user, channel, responseUrl }, view) => {
    if (responseUrl !== undefined && isOfSlack(responseUrl, client) && (await respond(responseUrl, view)))
      return;
    const { text, blocks } = view;
    if (channel !== undefined) {
      await call('chat.postEphemeral', client.chat.postEphemeral({ channel, user, text, blocks }));
      return;
    }
    const direct = await call('conversations.open', client.conversations.open({ users: user }));
    if (direct.channel?.id !== undefined)
      await call('chat.postMessage', client.chat.postMessage({ channel: direct.channel.id, text, blocks }));
  };

const SLACK = /^(?:[a-z0-9-]+\.)*slack(?:-gov)?\.com$/;

/** The address comes with a payload: nothing is sent to anybody but Slack, or what is configured in its place. */
function isOfSlack(address: string, { slackApiUrl }: Pick<WebClient, 'slackApiUrl'>): boolean {
  const url = URL.parse(address);
  if (!url) return false;
  return (
    url.origin === new URL(slackApiUrl).origin || (url.protocol === 'https:' && SLACK.test(url.hostname))
  );
}

/** False when the address is used up or gone. */
async function respond(url: string, { text, blocks }: View): Promise<boolean> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text, blocks }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).catch(() => undefined);
  return answer?.ok ?? false;
}

/** Who may do anything at all: members of the workspace, looked up at each command, click and mention, and never remembered. */
import type { AnyMiddlewareArgs, Middleware } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Asker, Tell } from './answer.ts';
import { call } from './calls.ts';
import { createPace } from './pace.ts';
import { standingOf } from './standing.ts';
import { sayView } from './views/reply.ts';

const who = z.object({ id: z.string() }).optional().catch(undefined);
/** What a command, a click or dialog, and a mention say of who asks, and where. */
const Payload = z.object({
  user_id: z.string().optional(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
  user: who,
  channel: who,
  event: z
    .object({ type: z.literal('app_mention'), user: z.string(), channel: z.string() })
    .optional()
    .catch(undefined),
});

const GUEST =
  'You are a guest in this workspace, and guests can do nothing here. Ask a member; a page that came by SMS, phone, PagerDuty or Opsgenie can be answered there.';

const TOO_FAST =
  'You ask faster than I answer: what you ask within the next minute is left out. A page can still be answered where it came by SMS, phone, PagerDuty or Opsgenie.';

/** Bolt's: before every listener. */
export function createAdmission(client: WebClient, tell: Tell): Middleware<AnyMiddlewareArgs> {
  const pace = createPace();
  return async ({ body, next }) => {
    const asker = askerOf(body);
    if (asker === undefined) return next();
    const paced = pace(asker.user);
    if (paced === 'told') await tell(asker, sayView(TOO_FAST));
    if (paced === 'goes on' && (await isAdmitted(client, tell, asker))) await next();
  };
}

/** Guests are told. @throws AdapterError while Slack does not say */
export async function isAdmitted(client: WebClient, tell: Tell, asker: Asker): Promise<boolean> {
  const standing = await standingOf(call('users.info', client.users.info({ user: asker.user })));
  // Whoever cannot read an answer gets none: an app, somebody deactivated, or of no workspace that Slack tells of.
  if (!('user' in standing)) return false;
  const isMember = standing.is === 'active' && !standing.user.is_stranger;
  if (!isMember) await tell(asker, sayView(GUEST));
  return isMember;
}

/** Undefined where a payload is of nobody. */
export function askerOf(body: unknown): Asker | undefined {
  const { user_id, channel_id, response_url, user, channel, event } = Payload.parse(body);
  const id = user_id ?? user?.id ?? event?.user;
  if (id === undefined) return undefined;
  return { user: id, channel: channel_id ?? channel?.id ?? event?.channel, responseUrl: response_url };
}

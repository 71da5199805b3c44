/** What somebody is in the workspace, as Slack says at this moment. */
import type { UsersInfoResponse } from '@slack/web-api';
import { slackError } from './calls.ts';

type User = NonNullable<UsersInfoResponse['user']>;

export type Standing =
  | { readonly is: 'missing' | 'deactivated' | 'bot' }
  | { readonly is: 'guest' | 'active'; readonly user: User };

const GONE: ReadonlySet<string | undefined> = new Set(['user_not_found', 'user_not_visible']);

/** `asking`: for `users.info`. @throws AdapterError while Slack does not say */
export async function standingOf(asking: Promise<UsersInfoResponse>): Promise<Standing> {
  try {
    const { user } = await asking;
    if (!user) return { is: 'missing' };
    if (user.deleted) return { is: 'deactivated' };
    if (user.is_bot) return { is: 'bot' };
    return { is: user.is_restricted || user.is_ultra_restricted ? 'guest' : 'active', user };
  } catch (error) {
    if (GONE.has(slackError(error))) return { is: 'missing' };
    throw error;
  }
}

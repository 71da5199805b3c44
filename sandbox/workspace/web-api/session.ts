/** `auth.test`, `api.test` and `apps.connections.open`. */
import { z } from 'zod';
import { anyFields } from '../fields.ts';
import { SlackError } from '../slack-error.ts';
import type { State } from '../state.ts';
import { type Methods, method } from './method.ts';

/** @param issueLink where Socket Mode listens; nothing when the app is reached over HTTP */
export function sessionMethods(
  state: State,
  url: () => string,
  issueLink: (() => string) | undefined,
): Methods {
  const { team, app } = state.seed;
  return {
    'auth.test': method('special', z.object({}), () => ({
      url: `${url()}/`,
      team: team.name,
      user: app.name,
      team_id: team.id,
      user_id: app.botUserId,
      bot_id: app.botId,
      is_enterprise_install: false,
    })),

    'api.test': method(
      'special',
      anyFields,
      ({ token: _token, ...args }) => {
        if (typeof args.error === 'string') throw new SlackError(args.error, { args });
        return { args };
      },
      'none',
    ),

    'apps.connections.open': method(
      'special',
      z.object({}),
      () => {
        if (!issueLink) throw new SlackError('not_allowed');
        return { url: `${url().replace(/^http/, 'ws')}${issueLink()}` };
      },
      'app',
    ),
  };
}

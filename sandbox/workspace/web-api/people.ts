/** `users.*`, `usergroups.*` and `dnd.info`. */
import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import { emailOf, groupObject, userObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { count, flag, optional, required } from './arguments.ts';
import { type Methods, method } from './method.ts';
import { page } from './paging.ts';

export function peopleMethods(state: State): Methods {
  const userNamed = (id: string | undefined) => {
    const user = id === undefined ? undefined : state.users.get(id);
    if (!user) throw new SlackError('user_not_found');
    return user;
  };

  return {
    'users.info': method('tier4', z.object({ user: required }), (args) => ({
      user: userObject(userNamed(args.user), state),
    })),

    'users.list': method('tier2', z.object({ limit: count(1000, 1000), cursor: optional }), (args) => {
      const { items, response_metadata } = page(state.users.values(), args);
      return {
        members: items.map((user) => userObject(user, state)),
        cache_ts: Math.floor(state.now() / 1000),
        response_metadata,
      };
    }),

    'users.lookupByEmail': method('tier3', z.object({ email: required }), ({ email }) => {
      const user = state.users
        .values()
        .find((one) => !one.isBot && emailOf(one, state) === email.toLowerCase());
      if (!user) throw new SlackError('users_not_found');
      return { user: userObject(user, state) };
    }),

    'usergroups.list': method(
      'tier2',
      z.object({ include_users: flag, include_count: flag, include_disabled: flag }),
      (args) => ({
        usergroups: state.groups
          .values()
          .filter(({ isDisabled }) => args.include_disabled || !isDisabled)
          .map((group) => ({
            ...groupObject(group, state),
            ...(args.include_users && { users: group.users }),
          })),
      }),
    ),

    'usergroups.users.list': method(
      'tier2',
      z.object({ usergroup: required, include_disabled: flag }),
      ({ usergroup, include_disabled }) => {
        const group = state.groups.get(usergroup);
        if (!group || (group.isDisabled && !include_disabled)) throw new SlackError('no_such_subteam');
        return { users: group.users };
      },
    ),

    // Of others, Slack does not tell whether it is a snooze: only when it is quiet next, both 1 for never.
    'dnd.info': method('tier3', z.object({ user: optional }), (args) => {
      const { quiet } = userNamed(args.user ?? state.seed.app.botUserId);
      const isComing = quiet !== undefined && quiet.to > state.now();
      return {
        dnd_enabled: isComing,
        next_dnd_start_ts: isComing ? Math.floor(quiet.from / 1000) : 1,
        next_dnd_end_ts: isComing ? Math.floor(quiet.to / 1000) : 1,
      };
    }),
  };
}

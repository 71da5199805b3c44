/** `views.*` */
import { z } from 'zod';
import type { Fields } from '../fields.ts';
import type { View } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import { viewObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import type { Triggers } from '../triggers.ts';
import { checkView, type Views } from '../views.ts';
import { object, optional, required } from './arguments.ts';
import { type Methods, method } from './method.ts';

export function viewMethods(state: State, views: Views, triggers: Triggers): Methods {
  const answer = (view: View): Fields => ({ view: viewObject(view, state) });
  const withTrigger = z.object({ trigger_id: required, view: object });

  return {
    'views.open': method('tier4', withTrigger, ({ trigger_id, view }) => {
      checkView(view, 'modal');
      const opened = views.open(triggers.check(trigger_id), view);
      triggers.exchange(trigger_id);
      return answer(opened);
    }),

    'views.push': method('tier4', withTrigger, ({ trigger_id, view }) => {
      checkView(view, 'modal');
      const pushed = views.push(triggers.check(trigger_id), view);
      triggers.exchange(trigger_id);
      return answer(pushed);
    }),

    'views.update': method(
      'tier4',
      z.object({ view_id: optional, external_id: optional, hash: optional, view: object }),
      (args) => {
        if (args.view_id === undefined && args.external_id === undefined)
          throw new SlackError('invalid_arguments');
        const known =
          args.view_id === undefined ? views.findExternal(args.external_id ?? '') : views.find(args.view_id);
        if (!known) throw new SlackError('not_found');
        checkView(args.view, known.type);
        return answer(views.update(known, args.view, args.hash));
      },
    ),

    'views.publish': method(
      'tier4',
      z.object({ user_id: required, hash: optional, view: object }),
      (args) => {
        if (!state.users.get(args.user_id)) throw new SlackError('user_not_found');
        checkView(args.view, 'home');
        return answer(views.publish(args.user_id, args.view, args.hash));
      },
    ),
  };
}

/** An incident's life as people ask for it: typed, by its menu, in its dialogs, in its thread. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type Act, type ActDeps, carryOutAct } from '../engine/acts.ts';
import { decide } from '../engine/decide.ts';
import type { Lived } from '../engine/merge.ts';
import type { OnCallDeps } from '../engine/on-call.ts';
import type { Messages, Store } from '../engine/ports.ts';
import { UserError } from '../errors.ts';
import type { Incident } from '../incident/incident.ts';
import { isTimeZone } from '../policy/wall-clock.ts';
import type { Asker, Tell } from './answer.ts';
import { actorOf, namedBy } from './authorize.ts';
import { call } from './calls.ts';
import type { createOpenDialog } from './dialogs.ts';
import type { Gate } from './gate.ts';
import type { IncidentCommand } from './parse-incident.ts';
import type { DrawPostmortem } from './postmortem.ts';
import { permalink } from './publish.ts';
import { type ButtonValue, decode } from './views/button-value.ts';
import { incidentView, livedView } from './views/incident-reply.ts';
import { isLifeVerb, LIFE, type LifeVerb, lifeModal } from './views/life-modal.ts';
import { refusalView, sayView } from './views/reply.ts';

export interface LifeDeps {
  readonly client: WebClient;
  readonly store: Store;
  readonly messages: Messages;
  readonly acting: ActDeps;
  readonly onCall: OnCallDeps;
  readonly gate: Gate;
  readonly openDialog: ReturnType<typeof createOpenDialog>;
  readonly tell: Tell;
  readonly postmortem: DrawPostmortem;
}

const chosen = <Value extends z.ZodType>(value: Value) => z.object({ chosen: value }).optional();
/** The part of a dialog's submission that is read; moments in seconds. */
const LifeSubmitted = z.object({
  user: z.object({ id: z.string() }),
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({
        until: chosen(z.object({ selected_option: z.object({ value: z.string() }).nullish() })),
        moment: chosen(z.object({ selected_date_time: z.int().nullish() })),
        user: chosen(z.object({ selected_user: z.string().nullish() })),
        into: chosen(z.object({ selected_option: z.object({ value: z.string() }).nullish() })),
        said: z.object({ text: z.object({ value: z.string().nullish() }) }).optional(),
      }),
    }),
  }),
});
type Values = z.output<typeof LifeSubmitted>['view']['state']['values'];

export const isLifeDialog = (callback: string): boolean => callback.startsWith(`${LIFE}:`);

export function createLifeHandlers(deps: LifeDeps) {
  const { client, store, messages, tell } = deps;

  const cardAt = async (id: string): Promise<string | undefined> => {
    const card = await messages.find(`incident/${id}`);
    return card && permalink(client, card);
  };

  /** @throws UserError when there is none, or it is not for them to see */
  const seen = async ({ user }: Asker, id: string): Promise<Incident> => {
    const incident = await store.incident(id);
    if (!incident) throw new UserError(`There is no incident ${id}.`);
    if ((await deps.gate.visibleTo(user, [incident])).length === 0)
      throw new UserError('You are not a viewer here: ask somebody who is on the ladder.');
    return incident;
  };

  const postmortem = async (asker: Asker, id: string): Promise<void> => {
    await seen(asker, id);
    await tell(asker, await deps.postmortem(id));
  };

  const show = async (asker: Asker, id: string): Promise<void> => {
    const incident = await seen(asker, id);
    await tell(asker, incidentView(incident, await cardAt(id)));
  };

  const answer = async (asker: Asker, lived: Lived, act: Act['act']): Promise<void> => {
    if (!lived.done)
      return tell(
        asker,
        refusalView(lived, lived.other === undefined ? undefined : await cardAt(lived.other)),
      );
    // What is typed is answered where it was typed: the card may stand somewhere else.
    if (asker.responseUrl !== undefined)
      await tell(asker, livedView(lived.incident, act, await cardAt(lived.incident.id)));
  };

  const perform = async (asker: Asker, id: string, act: Act, receipt: string): Promise<void> => {
    switch (act.act) {
      case 'unclear':
        throw new UserError(act.say);
      case 'show':
        return show(asker, id);
      case 'postmortem':
        return postmortem(asker, id);
      default: {
        const incident = await store.incident(id);
        const actor = await actorOf(client, deps.onCall, asker.user, namedBy(incident));
        const zone = act.act === 'snooze' ? await zoneOf(client, asker.user) : 'UTC';
        const lived = await carryOutAct(deps.acting, act, { incident: id, actor, cause: receipt, zone });
        return answer(asker, lived, act.act);
      }
    }
  };

  /** The incident in whose thread, or in whose own channel, something was said. */
  const incidentAt = async (channel: string | undefined, thread: string | undefined): Promise<string> => {
    const key =
      channel !== undefined && thread !== undefined ? await messages.at(channel, thread) : undefined;
    const id = /^(?:incident|room)\/(INC-\d+)/.exec(key ?? '')?.[1];
    if (id === undefined)
      throw new UserError('Which incident? Name it, such as INC-12, or say it in the thread of its card.');
    return id;
  };

  return {
    /** @throws UserError when it names none, or nothing that can be done */
    typed: async (
      { incident, act }: IncidentCommand,
      asker: Asker,
      receipt: string,
      thread?: string,
    ): Promise<void> => {
      if (act.act === 'unclear') throw new UserError(act.say);
      await perform(asker, incident ?? (await incidentAt(asker.channel, thread)), act, receipt);
    },

    /** A choice in the menu, or a button: the dialog that it opens, or what it does at once. */
    press: async (
      verb: string,
      { incident: id }: ButtonValue,
      value: string,
      asker: Asker,
      trigger: string,
    ) => {
      if (verb === 'postmortem') return postmortem(asker, id);
      const incident = await store.incident(id);
      if (!incident || !isLifeVerb(verb))
        return tell(asker, sayView('That choice is not one of mine any more.'));
      const others = verb === 'merge' ? await store.openIncidents() : [];
      const dialog = lifeModal({
        verb,
        incident,
        value,
        others: others.filter((each) => each.id !== id && each.environment === incident.environment),
      });
      await deps.openDialog(dialog, trigger, asker);
    },

    submitted: async (body: unknown, receipt: string): Promise<void> => {
      const { user, view } = LifeSubmitted.parse(body);
      const verb = view.callback_id.slice(LIFE.length + 1);
      const button = decode(view.private_metadata);
      if (!button || !isLifeVerb(verb)) return;
      const place = await messages.find(`incident/${button.incident}`);
      const asker = { user: user.id, channel: place?.channel };
      const { selected_date_time: moment } = view.state.values.moment?.chosen ?? {};
      if (verb === 'snooze' && typeof moment === 'number') {
        const actor = await actorOf(
          client,
          deps.onCall,
          user.id,
          namedBy(await store.incident(button.incident)),
        );
        const decision = { decision: 'snooze', until: moment * 1000 } as const;
        const lived = await decide(deps.acting, button.incident, decision, actor, receipt);
        return answer(asker, lived, 'snooze');
      }
      await perform(asker, button.incident, actIn(verb, view.state.values), receipt);
    },
  };
}

function actIn(verb: LifeVerb, { until, user, into, said }: Values): Act {
  const text = said?.text.value?.trim() ?? '';
  switch (verb) {
    case 'snooze':
      return { act: 'snooze', moments: [until?.chosen.selected_option?.value ?? '1h'] };
    case 'assign':
      return { act: 'assign', to: user?.chosen.selected_user ?? '' };
    case 'reopen':
      return { act: 'reopen', reason: text };
    case 'note':
      return { act: 'note', text };
    case 'merge':
      return { act: 'merge', into: into?.chosen.selected_option?.value ?? '' };
  }
}

/** Of their profile; without one that is known, the clock of UTC. @throws AdapterError */
async function zoneOf(client: WebClient, user: string): Promise<string> {
  const { user: profile } = await call('users.info', client.users.info({ user }));
  const zone = profile?.tz ?? '';
  return isTimeZone(zone) ? zone : 'UTC';
}

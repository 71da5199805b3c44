/** On-call schedules as people ask for them: typed, by a shortcut, by a button, in the dialog. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { scheduleOf, whoIsOnCall } from '../engine/on-call.ts';
import {
  approversOf,
  endOverride,
  makeOverride,
  type Overridden,
  type OverrideDeps,
} from '../engine/override.ts';
import { UserError } from '../errors.ts';
import { periodOf } from '../policy/moment.ts';
import type { Asker, Tell } from './answer.ts';
import { actorOf } from './authorize.ts';
import type { createOpenDialog } from './dialogs.ts';
import type { OnCallCommand } from './parse-on-call.ts';
import { onCallView, overriddenView } from './views/on-call.ts';
import { overrideModal } from './views/override-modal.ts';
import { refusalView } from './views/reply.ts';
import { clip } from './views/text.ts';

export interface OnCallHandlerDeps {
  readonly client: WebClient;
  readonly overriding: OverrideDeps;
  readonly openDialog: ReturnType<typeof createOpenDialog>;
  readonly tell: Tell;
}

const moment = z.object({ chosen: z.object({ selected_date_time: z.int().nullish() }) });
/** The part of the dialog's submission that is read; moments in seconds. */
export const OverrideSubmitted = z.object({
  view: z.object({
    state: z.object({
      values: z.object({
        schedule: z.object({ chosen: z.object({ selected_option: z.object({ value: z.string() }) }) }),
        user: z.object({ chosen: z.object({ selected_user: z.string() }) }),
        from: moment,
        to: moment,
      }),
    }),
  }),
});

const HOW =
  'Type it so: `/paksa override SCHEDULE @user 18:00 22:00`, or `… SCHEDULE end`. Moments are `now`, `18:00` or `2026-12-24 18:00`; `2h` is for how long.';

export function createOnCallHandlers({ client, overriding, openDialog, tell }: OnCallHandlerDeps) {
  const { schedules, store } = overriding;

  const say = (asker: Asker, overridden: Overridden): Promise<void> =>
    tell(asker, overridden.done ? overriddenView(overridden.override) : refusalView(overridden));

  /** With the schedule itself: who is on call in it may arrange a successor. */
  const actorFor = (user: string, schedule: string) =>
    actorOf(client, overriding, user, [
      ...approversOf(overriding.estate),
      { kind: 'schedule', id: schedule },
    ]);

  const make = async (
    asker: Asker,
    wanted: {
      readonly schedule: string;
      readonly user: string;
      readonly from?: number | undefined;
      readonly to?: number | undefined;
    },
    cause: string,
  ): Promise<void> => {
    const by = await actorFor(asker.user, wanted.schedule);
    await say(asker, await makeOverride(overriding, { ...wanted, by, cause }));
  };

  /** @throws UserError when there is none to choose from */
  const dialog = async (asker: Asker, trigger: string | undefined, schedule?: string): Promise<void> => {
    const names = [...schedules.keys()];
    scheduleOf(schedules, schedule ?? names[0] ?? '');
    if (trigger === undefined) throw new UserError(HOW);
    const { user, channel } = asker;
    await openDialog(overrideModal({ schedules: names, schedule, user, channel }), trigger, asker);
  };

  const end = async (asker: Asker, id: string, schedule: string): Promise<void> =>
    say(asker, await endOverride(overriding, id, await actorFor(asker.user, schedule)));

  const endNow = async (schedule: string, asker: Asker): Promise<void> => {
    const [now] = await whoIsOnCall(overriding, schedule);
    if (!now?.inForce) throw new UserError(`No override is in force in “${schedule}”.`);
    await end(asker, now.inForce.override.id, schedule);
  };

  return {
    /** @throws UserError on an unknown schedule */
    show: async (asker: Asker, schedule?: string): Promise<void> =>
      tell(asker, onCallView(await whoIsOnCall(overriding, schedule))),

    dialog,

    /** The schedule alone opens the dialog. @throws UserError on an unknown schedule, or a word that is no moment */
    override: async (
      { schedule, user, moments }: Extract<OnCallCommand, { command: 'override' }>,
      asker: Asker,
      { receipt, trigger }: { readonly receipt: string; readonly trigger?: string | undefined },
    ): Promise<void> => {
      if (schedule === undefined || (user === undefined && moments.length === 0))
        return dialog(asker, trigger, schedule);
      const { timeZone } = scheduleOf(schedules, schedule);
      if (user === undefined && moments.length === 1 && moments[0] === 'end') return endNow(schedule, asker);
      const now = await store.transact(async (tx) => tx.now);
      const { from, to, unknown } = periodOf(moments, timeZone, now);
      if (unknown !== undefined) throw new UserError(`“${clip(unknown, 40)}” is no moment. ${HOW}`);
      await make(asker, { schedule, user: user ?? asker.user, from, to }, receipt);
    },

    submitted: async (body: unknown, asker: Asker, receipt: string): Promise<void> => {
      const { values } = OverrideSubmitted.parse(body).view.state;
      const at = (part: z.infer<typeof moment>) => {
        const seconds = part.chosen.selected_date_time ?? undefined;
        return seconds === undefined ? undefined : seconds * 1000;
      };
      const wanted = {
        schedule: values.schedule.chosen.selected_option.value,
        user: values.user.chosen.selected_user,
        from: at(values.from),
        to: at(values.to),
      };
      await make(asker, wanted, receipt);
    },

    /** A button of a card: a new one, or the end of one. `value` is a schedule's name, or an override's id. */
    press: async (what: string | undefined, value: string, asker: Asker, trigger: string): Promise<void> => {
      if (what !== 'end') return dialog(asker, trigger, value);
      if (!/^\d{1,18}$/.test(value)) throw new UserError('That button is not one of mine any more.');
      const override = await store.transact((tx) => tx.overrides.find(value));
      await end(asker, value, override?.schedule ?? '');
    },
  };
}

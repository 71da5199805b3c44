/** Asks who stands in, in which schedule, from when to when. What is left empty is the usual: now, until the hand-over. */
import type { ModalView, PlainTextElement, PlainTextOption } from '@slack/types';
import { clip, LIMIT, plain } from './text.ts';

export const OVERRIDE_DIALOG = 'override';
/** A select takes so many. */
const MOST_OPTIONS = 100;

export interface OverrideDialog {
  /** At least one. */
  readonly schedules: readonly string[];
  /** The one that is chosen at first; the first when absent. */
  readonly schedule?: string | undefined;
  /** Who is chosen at first. */
  readonly user: string;
  /** Where it was asked for: the answer goes there. */
  readonly channel?: string | undefined;
}

const words = (text: string): PlainTextElement => ({ type: 'plain_text', text });
const option = (name: string): PlainTextOption => ({
  text: words(clip(plain(name), LIMIT.button)),
  value: name,
});

export function overrideModal({ schedules, schedule, user, channel }: OverrideDialog): ModalView {
  const first = schedule ?? schedules[0] ?? '';
  // The one that was asked for is among those that there is room for.
  const listed = [first, ...schedules.filter((name) => name !== first)].slice(0, MOST_OPTIONS);
  return {
    type: 'modal',
    callback_id: OVERRIDE_DIALOG,
    private_metadata: channel ?? '',
    title: words('Stand in'),
    submit: words('Put on call'),
    close: words('Back'),
    blocks: [
      {
        type: 'input',
        block_id: 'schedule',
        label: words('Schedule'),
        element: {
          type: 'static_select',
          action_id: 'chosen',
          options: listed.map(option),
          initial_option: option(first),
        },
      },
      {
        type: 'input',
        block_id: 'user',
        label: words('Who is on call'),
        element: { type: 'users_select', action_id: 'chosen', initial_user: user },
      },
      {
        type: 'input',
        block_id: 'from',
        optional: true,
        label: words('From'),
        hint: words('Left empty: now.'),
        element: { type: 'datetimepicker', action_id: 'chosen' },
      },
      {
        type: 'input',
        block_id: 'to',
        optional: true,
        label: words('To'),
        hint: words('Left empty: until the next hand-over.'),
        element: { type: 'datetimepicker', action_id: 'chosen' },
      },
    ],
  };
}

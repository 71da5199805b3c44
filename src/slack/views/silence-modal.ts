/** Asks what is silenced, until when, and why. What was typed before is filled in. */
import type { InputBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/types';
import { clip, LIMIT, plain } from './text.ts';

export const SILENCE_DIALOG = 'silence';
/** The option for every topic; no topic is called so. */
export const EVERY_TOPIC = 'all';
/** The option for an end that is given below. */
export const UNTIL = 'until';
const MOST_OPTIONS = 100;
const MOST_REASON = 500;

export interface SilenceDialog {
  /** At least one. */
  readonly environments: readonly string[];
  readonly topics: readonly string[];
  /** What is chosen at first. */
  readonly environment?: string | undefined;
  readonly topic?: string | undefined;
  readonly labels?: string | undefined;
  /** An end that was typed, epoch milliseconds. */
  readonly to?: number | undefined;
  readonly reason?: string | undefined;
  /** In milliseconds. */
  readonly longestMs: number;
  /** Where it was asked for: the answer goes there. */
  readonly channel?: string | undefined;
}

const HOUR = 3_600_000;
const LENGTHS: readonly (readonly [string, string, number])[] = [
  ['30m', '30 minutes', HOUR / 2],
  ['1h', '1 hour', HOUR],
  ['2h', '2 hours', 2 * HOUR],
  ['4h', '4 hours', 4 * HOUR],
  ['8h', '8 hours', 8 * HOUR],
  ['24h', '24 hours', 24 * HOUR],
  ['3d', '3 days', 72 * HOUR],
];

const words = (text: string): PlainTextElement => ({ type: 'plain_text', text });
const option = (value: string, text = value): PlainTextOption => ({
  text: words(clip(plain(text), LIMIT.button)),
  value,
});

function select(id: string, label: string, all: readonly PlainTextOption[], chosen?: string): InputBlock {
  const initial = all.find(({ value }) => value === chosen);
  // The one that was asked for is among those that there is room for.
  const listed = initial ? [initial, ...all.filter((each) => each !== initial)] : all;
  return {
    type: 'input',
    block_id: id,
    label: words(label),
    element: {
      type: 'static_select',
      action_id: 'chosen',
      options: listed.slice(0, MOST_OPTIONS),
      ...(initial ? { initial_option: initial } : {}),
    },
  };
}

const input = (id: string, label: string, most: number, typed = '', hint?: string): InputBlock => ({
  type: 'input',
  block_id: id,
  label: words(label),
  ...(hint === undefined ? {} : { optional: true, hint: words(hint) }),
  element: {
    type: 'plain_text_input',
    action_id: 'text',
    max_length: most,
    ...(typed === '' ? {} : { initial_value: clip(plain(typed), most) }),
  },
});

export function silenceModal(dialog: SilenceDialog): ModalView {
  const { environments, topics, environment, topic, labels, to, reason, longestMs, channel } = dialog;
  const lengths = LENGTHS.filter(([, , ms]) => ms <= longestMs).map(([value, text]) => option(value, text));
  const usual = lengths.find(({ value }) => value === '1h') ?? lengths[0];
  const places = environments.map((name) => option(name));
  return {
    type: 'modal',
    callback_id: SILENCE_DIALOG,
    private_metadata: channel ?? '',
    title: words('Silence'),
    submit: words('Silence it'),
    close: words('Back'),
    blocks: [
      select('environment', 'Environment', places, environment ?? places[0]?.value),
      select(
        'topic',
        'What',
        [option(EVERY_TOPIC, 'every topic'), ...topics.map((name) => option(name))],
        topic ?? EVERY_TOPIC,
      ),
      select(
        'length',
        'For',
        [...lengths, option(UNTIL, 'until the time below')],
        to === undefined ? usual?.value : UNTIL,
      ),
      {
        type: 'input',
        block_id: 'to',
        optional: true,
        label: words('Until'),
        element: {
          type: 'datetimepicker',
          action_id: 'chosen',
          ...(to === undefined ? {} : { initial_date_time: Math.floor(to / 1000) }),
        },
      },
      input('reason', 'Why', MOST_REASON, reason),
      input(
        'labels',
        'Only alerts with these labels',
        300,
        labels,
        'Such as team=billing. Left empty: whatever opens an incident.',
      ),
    ],
  };
}

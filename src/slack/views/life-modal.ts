/** The dialogs of an incident's life: until when it is snoozed, to whom it is handed, why it is opened again, a note, a merge. */
import type { InputBlock, KnownBlock, ModalView, PlainTextElement } from '@slack/types';
import type { Incident } from '../../incident/incident.ts';
import { clip, escaped, LIMIT, oneLine, plain } from './text.ts';

export const LIFE = 'life';

export const LIFE_VERBS = ['snooze', 'assign', 'reopen', 'note', 'merge'] as const;
export type LifeVerb = (typeof LIFE_VERBS)[number];
export const isLifeVerb = (verb: string): verb is LifeVerb => LIFE_VERBS.some((each) => each === verb);

const MOST_NOTE = 3_000;
const MOST_REASON = 500;
const MOST_OPTIONS = 100;

/** What can be chosen at once; typed as on the command line. */
export const SNOOZES = [
  { text: '15 minutes', value: '15m' },
  { text: '1 hour', value: '1h' },
  { text: '4 hours', value: '4h' },
  { text: 'Until 09:00', value: '09:00' },
] as const;

const words = (text: string): PlainTextElement => ({ type: 'plain_text', text });

const WORDS: Record<LifeVerb, { title: string; submit: string; follows: string }> = {
  snooze: {
    title: 'Snooze',
    submit: 'Snooze',
    follows:
      'The ladder rests until then and goes on by itself. It wakes at once when a fix fails, when it becomes graver, or when anybody answers.',
  },
  assign: {
    title: 'Hand it over',
    submit: 'Hand it over',
    follows:
      'They are told in a direct message. It counts as answered once they acknowledge; until then the ladder waits as long as its level may, and goes on.',
  },
  reopen: { title: 'Open it again', submit: 'Open it again', follows: 'Its ladder begins again.' },
  note: {
    title: 'Add a note',
    submit: 'Add it',
    follows: 'It is part of the timeline and of the postmortem.',
  },
  merge: {
    title: 'Merge',
    submit: 'Merge',
    follows: 'This incident ends, and goes on in the other one: its alerts and diagnoses are told there.',
  },
};

export interface LifeDialog {
  readonly verb: LifeVerb;
  readonly incident: Incident;
  /** The button's, and the only thing that the dialog remembers. */
  readonly value: string;
  /** Those that it can be merged into. */
  readonly others: readonly Incident[];
}

export function lifeModal({ verb, incident, value, others }: LifeDialog): ModalView {
  const { title, submit, follows } = WORDS[verb];
  const about: KnownBlock = {
    type: 'section',
    text: {
      type: 'mrkdwn',
      verbatim: true,
      text: `*${incident.id} ${clip(oneLine(incident.title), 200)}*\n${escaped(follows)}`,
    },
  };
  const inputs = inputsOf(verb, others);
  return {
    type: 'modal',
    callback_id: `${LIFE}:${verb}`,
    private_metadata: value,
    title: words(title),
    ...(inputs.length > 0 ? { submit: words(submit) } : {}),
    close: words('Back'),
    blocks: inputs.length > 0 ? [about, ...inputs] : [about, NO_OTHER],
  };
}

const NO_OTHER: KnownBlock = {
  type: 'section',
  text: { type: 'mrkdwn', verbatim: true, text: 'No other incident of this environment is open.' },
};

function inputsOf(verb: LifeVerb, others: readonly Incident[]): InputBlock[] {
  switch (verb) {
    case 'snooze':
      return [
        {
          type: 'input',
          block_id: 'until',
          label: words('For how long?'),
          element: {
            type: 'radio_buttons',
            action_id: 'chosen',
            options: SNOOZES.map(({ text, value }) => ({ text: words(text), value })),
            initial_option: { text: words(SNOOZES[1].text), value: SNOOZES[1].value },
          },
        },
        {
          type: 'input',
          block_id: 'moment',
          optional: true,
          label: words('Or until'),
          hint: words('When it is filled in, it counts.'),
          element: { type: 'datetimepicker', action_id: 'chosen' },
        },
      ];
    case 'assign':
      return [
        {
          type: 'input',
          block_id: 'user',
          label: words('To whom?'),
          element: { type: 'users_select', action_id: 'chosen' },
        },
      ];
    case 'reopen':
      return [typed('Why?', MOST_REASON)];
    case 'note':
      return [typed('Note', MOST_NOTE)];
    case 'merge':
      return others.length === 0
        ? []
        : [
            {
              type: 'input',
              block_id: 'into',
              label: words('Into which one?'),
              element: {
                type: 'static_select',
                action_id: 'chosen',
                options: others.slice(0, MOST_OPTIONS).map(({ id, title }) => ({
                  text: words(clip(plain(`${id} ${title}`), LIMIT.button)),
                  value: id,
                })),
              },
            },
          ];
  }
}

const typed = (label: string, most: number): InputBlock => ({
  type: 'input',
  block_id: 'said',
  label: words(label),
  element: {
    type: 'plain_text_input',
    action_id: 'text',
    multiline: true,
    min_length: 1,
    max_length: most,
  },
});

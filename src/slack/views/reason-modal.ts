/** Asks for words that have to be given: why a step could not be done, why one decides alone, what a review has come to. */
import type { ModalView } from '@slack/types';
import { clip, oneLine } from './text.ts';

export const REASON = 'reason';
const MOST_REASON = 500;

/** Named as the buttons' verbs are. */
export type Why = 'could-not' | 'skip' | 'stop' | 'glass' | 'review';

export const isWhy = (verb: string): verb is Why => Object.hasOwn(WORDS, verb);

const WORDS: Record<Why, { title: string; follows: string; label?: string; submit: string }> = {
  'could-not': {
    title: 'It could not be done?',
    follows: 'fails, the next level is paged, and the procedure waits here.',
    submit: 'Say so',
  },
  skip: {
    title: 'Skip this step?',
    follows: 'is passed over, and the procedure goes on with the next step.',
    submit: 'Skip it',
  },
  stop: {
    title: 'Stop the procedure?',
    follows: 'ends where it is. What has been done stays done.',
    submit: 'Stop it',
  },
  glass: {
    title: 'Break the glass?',
    follows:
      'runs on your word alone. The channel is told, with your reason, and somebody else reviews it afterwards.',
    submit: 'Break it',
  },
  review: {
    title: 'Review',
    follows: 'was approved by one person alone. Your remark goes into the thread, and settles it.',
    label: 'What do you make of it?',
    submit: 'Reviewed',
  },
};

/** `about`: the step, the procedure or the fix. `value` is the button's, and the only thing that the modal remembers. */
export const reasonModal = (why: Why, about: string, value: string): ModalView => ({
  type: 'modal',
  callback_id: `${REASON}:${why}`,
  private_metadata: value,
  title: { type: 'plain_text', text: WORDS[why].title },
  submit: { type: 'plain_text', text: WORDS[why].submit },
  close: { type: 'plain_text', text: 'Back' },
  blocks: [
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        verbatim: true,
        text: `*${clip(oneLine(about), 200)}* ${WORDS[why].follows}`,
      },
    },
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: WORDS[why].label ?? 'Why?' },
      element: {
        type: 'plain_text_input',
        action_id: 'text',
        multiline: true,
        min_length: 1,
        max_length: MOST_REASON,
      },
    },
  ],
});

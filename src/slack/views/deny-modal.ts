/** Asks for the reason of a denial. It can be left empty: at three in the morning a “no” is worth more than its reason. */
import type { ModalView } from '@slack/types';
import { clip, LIMIT, oneLine } from './text.ts';

export const DENY = 'deny';
const MOST_REASON = 500;

/** `value` is the button's, and the only thing that the modal remembers. */
export const denyModal = (fixTitle: string, value: string): ModalView => ({
  type: 'modal',
  callback_id: DENY,
  private_metadata: value,
  title: { type: 'plain_text', text: clip('Deny this fix?', LIMIT.modalTitle) },
  submit: { type: 'plain_text', text: 'Deny' },
  close: { type: 'plain_text', text: 'Back' },
  blocks: [
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        verbatim: true,
        text: `*${clip(oneLine(fixTitle), 200)}* will not run. Unless you asked for it yourself, the next level is paged.`,
      },
    },
    {
      type: 'input',
      block_id: 'reason',
      optional: true,
      label: { type: 'plain_text', text: 'Why?' },
      element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: MOST_REASON },
    },
  ],
});

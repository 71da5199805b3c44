/** The few kinds of block that Paksa sends, each kept within Slack's limits. */
import type { Button, ConfirmationDialog, KnownBlock } from '@slack/types';
import { clip, LIMIT } from './text.ts';

/** What is posted: `text` is what notifications and screen readers read. */
export interface View {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

export const header = (text: string): KnownBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: clip(text, LIMIT.header), emoji: true },
});

export const section = (text: string): KnownBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: clip(text, LIMIT.section) },
});

/** At most ten fields, two a row. */
export const fields = (texts: readonly string[]): KnownBlock => ({
  type: 'section',
  fields: texts.slice(0, 10).map((text) => ({ type: 'mrkdwn', text: clip(text, LIMIT.field) })),
});

export const context = (...texts: readonly string[]): KnownBlock => ({
  type: 'context',
  elements: texts.slice(0, 10).map((text) => ({ type: 'mrkdwn', text: clip(text, LIMIT.context) })),
});

export const divider: KnownBlock = { type: 'divider' };

/** At most 25 buttons. */
export const actions = (buttons: readonly Button[]): KnownBlock[] =>
  buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons.slice(0, 25) }];

export interface ButtonOptions {
  readonly style?: 'primary' | 'danger';
  readonly confirm?: ConfirmationDialog;
}

/** `value` is what the button carries, and all that it carries. */
export const button = (
  text: string,
  actionId: string,
  value: string,
  options: ButtonOptions = {},
): Button => ({
  type: 'button',
  text: { type: 'plain_text', text: clip(text, LIMIT.button), emoji: true },
  action_id: actionId,
  value,
  ...options,
});

export const confirmation = (title: string, text: string, confirm: string): ConfirmationDialog => ({
  title: { type: 'plain_text', text: clip(title, LIMIT.confirmTitle) },
  text: { type: 'mrkdwn', text: clip(text, LIMIT.confirmText) },
  confirm: { type: 'plain_text', text: clip(confirm, LIMIT.confirmButton) },
  deny: { type: 'plain_text', text: 'Not now' },
});

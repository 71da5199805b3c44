/** The few kinds of block that Paksa sends, each kept within Slack's limits. */
import type {
  Button,
  ConfirmationDialog,
  KnownBlock,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
} from '@slack/types';
import { clip, LIMIT, plain } from './text.ts';

/** What is posted: `text` is what notifications and screen readers read. */
export interface View {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Verbatim: only the markup that Paksa wrote counts. Slack would make links of addresses, and mentions of an `@here`. */
const mrkdwn = (text: string, limit: number): MrkdwnElement => ({
  type: 'mrkdwn',
  text: clip(text, limit),
  verbatim: true,
});

const plainText = (text: string, limit: number): PlainTextElement => ({
  type: 'plain_text',
  text: clip(plain(text), limit),
  emoji: true,
});

export const header = (text: string): KnownBlock => ({
  type: 'header',
  text: plainText(text, LIMIT.header),
});

export const section = (text: string): KnownBlock => ({
  type: 'section',
  text: mrkdwn(text, LIMIT.section),
});

/** At most ten fields, two a row. */
export const fields = (texts: readonly string[]): KnownBlock => ({
  type: 'section',
  fields: texts.slice(0, 10).map((text) => mrkdwn(text, LIMIT.field)),
});

export const context = (...texts: readonly string[]): KnownBlock => ({
  type: 'context',
  elements: texts.slice(0, 10).map((text) => mrkdwn(text, LIMIT.context)),
});

export const divider: KnownBlock = { type: 'divider' };

/** At most 25 buttons. */
export const actions = (buttons: readonly (Button | Overflow)[]): KnownBlock[] =>
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
  text: plainText(text, LIMIT.button),
  action_id: actionId,
  value,
  ...options,
});

/** A menu behind three dots, for what is seldom needed: at most five choices. `value` says which was chosen, and of what. */
export const menu = (
  actionId: string,
  choices: readonly { readonly text: string; readonly value: string }[],
): Overflow => ({
  type: 'overflow',
  action_id: actionId,
  options: choices.slice(0, 5).map(({ text, value }) => ({ text: plainText(text, LIMIT.button), value })),
});

export const confirmation = (title: string, text: string, confirm: string): ConfirmationDialog => ({
  title: plainText(title, LIMIT.confirmTitle),
  text: mrkdwn(text, LIMIT.confirmText),
  confirm: plainText(confirm, LIMIT.confirmButton),
  deny: { type: 'plain_text', text: 'Not now' },
});

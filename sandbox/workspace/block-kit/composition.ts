/** Composition objects: texts, options and confirmation dialogs. */
import { z } from 'zod';
import { list, text, url } from './primitives.ts';

export const plain = (max: number, min = 1) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(max, min), emoji: z.boolean().optional() });

export const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: text(max), verbatim: z.boolean().optional() });

export const anyText = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)]);

const style = z.enum(['primary', 'danger']);

export const styled = { style: style.optional() };

export const confirm = z.strictObject({
  title: plain(100).optional(),
  text: anyText(300),
  confirm: plain(30).optional(),
  deny: plain(30).optional(),
  ...styled,
});

const optionExtras = { value: text(150), description: plain(75).optional() };

export const plainOption = z.strictObject({ text: plain(75), ...optionExtras });

export const overflowOption = plainOption.extend({ url: url.optional() });

/** Radio buttons and checkboxes may format their options. */
export const richOption = z.strictObject({
  text: anyText(75),
  value: text(150),
  description: anyText(75).optional(),
});

export const optionGroup = z.strictObject({ label: plain(75), options: list(plainOption, 100) });

/** An image is named by exactly one of its address and its file. */
export const image = {
  image_url: url.optional(),
  slack_file: z.strictObject({ id: text(255).optional(), url: url.optional() }).optional(),
  alt_text: text(2000),
};

export function hasOneSource(value: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (value.image_url === undefined) !== (value.slack_file === undefined);
}

export const ONE_SOURCE = 'must provide exactly one of image_url and slack_file';

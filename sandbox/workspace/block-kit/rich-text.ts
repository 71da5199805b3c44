/** Rich text: what a message composer makes, and what tables and task cards hold. */
import { z } from 'zod';
import { blockBase, text, url } from './primitives.ts';

const style = z
  .strictObject({
    bold: z.boolean().optional(),
    code: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    underline: z.boolean().optional(),
  })
  .optional();

const plainRun = z.strictObject({ type: z.literal('text'), text: text(12_000), style });
const link = z.strictObject({
  type: z.literal('link'),
  url,
  text: text(12_000, 0).optional(),
  unsafe: z.boolean().optional(),
  style,
});

const run = z.discriminatedUnion('type', [
  plainRun,
  link,
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
  z.strictObject({ type: z.literal('color'), value: text(255), style }),
  z.strictObject({ type: z.literal('channel'), channel_id: text(255), style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: text(255),
    url: url.optional(),
    fallback: text(255).optional(),
    style,
  }),
  z.strictObject({
    type: z.literal('emoji'),
    name: text(255),
    unicode: text(255).optional(),
    url: url.optional(),
    style,
  }),
  z.strictObject({ type: z.literal('team'), team_id: text(255), style }),
  z.strictObject({ type: z.literal('user'), user_id: text(255), style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: text(255), style }),
]);

const border = z.union([z.literal(0), z.literal(1)]).optional();
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(run) });

const paragraph = z.discriminatedUnion('type', [
  section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    elements: z.array(section),
    style: z.enum(['bullet', 'ordered']),
    indent: z.int().min(0).max(8, 'must be less than 9').optional(),
    offset: z.int().optional(),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(run), border }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [plainRun, link])),
    language: text(255).optional(),
    border,
  }),
]);

export const richText = z.strictObject({
  type: z.literal('rich_text'),
  ...blockBase,
  elements: z.array(paragraph),
});

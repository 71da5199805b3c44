/** Blocks, and which of them each surface takes. A type that is not here is refused, as Slack refuses what it does not know. */
import { z } from 'zod';
import { anyText, hasOneSource, image, ONE_SOURCE, plain } from './composition.ts';
import { accessory, action, contextAction, contextual, imageElement, input } from './elements.ts';
import { blockBase, list, text, url } from './primitives.ts';
import { richText } from './rich-text.ts';

const section = z
  .strictObject({
    type: z.literal('section'),
    ...blockBase,
    text: anyText(3000).optional(),
    fields: list(anyText(2000), 10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, 'must provide text or fields');

const header = z.strictObject({ type: z.literal('header'), ...blockBase, text: plain(150) });
const divider = z.strictObject({ type: z.literal('divider'), ...blockBase });
const context = z.strictObject({ type: z.literal('context'), ...blockBase, elements: list(contextual, 10) });
const actions = z.strictObject({ type: z.literal('actions'), ...blockBase, elements: list(action, 25) });
const imageBlock = z
  .strictObject({ type: z.literal('image'), ...blockBase, ...image, title: plain(2000).optional() })
  .refine(hasOneSource, ONE_SOURCE);
const inputBlock = z.strictObject({
  type: z.literal('input'),
  ...blockBase,
  label: plain(2000),
  hint: plain(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: input,
});

const cell = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('raw_text'), text: text(3000) }),
  z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: text(255) }),
  richText,
]);
const table = z.strictObject({
  type: z.literal('table'),
  ...blockBase,
  rows: list(list(cell, 20), 100),
  column_settings: list(
    z
      .strictObject({
        align: z.enum(['left', 'center', 'right']).optional(),
        is_wrapped: z.boolean().optional(),
      })
      .nullable(),
    20,
    0,
  ).optional(),
});

const taskCard = z.strictObject({
  type: z.literal('task_card'),
  ...blockBase,
  task_id: text(255),
  title: text(255),
  details: richText.optional(),
  output: richText.optional(),
  sources: z.array(z.strictObject({ type: z.literal('url'), url, text: text(255) })).optional(),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
});

const container = z
  .strictObject({
    type: z.literal('container'),
    ...blockBase,
    title: plain(150).optional(),
    rich_text_title: richText.optional(),
    subtitle: anyText(150).optional(),
    child_blocks: list(
      z.discriminatedUnion('type', [
        actions,
        context,
        divider,
        header,
        imageBlock,
        inputBlock,
        richText,
        section,
        table,
      ]),
      10,
    ),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    icon: imageElement.optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  })
  .refine(
    (block) => block.title !== undefined || block.rich_text_title !== undefined,
    'missing required field: title',
  )
  .refine((block) => block.default_collapsed !== true || block.is_collapsible === true, {
    message: 'requires is_collapsible',
    path: ['default_collapsed'],
  });

const everywhere = [
  section,
  header,
  divider,
  context,
  actions,
  imageBlock,
  inputBlock,
  richText,
  container,
  z.strictObject({
    type: z.literal('alert'),
    ...blockBase,
    text: anyText(200),
    level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
  }),
] as const;

export const messageBlock = z.discriminatedUnion('type', [
  ...everywhere,
  table,
  taskCard,
  z.strictObject({ type: z.literal('markdown'), ...blockBase, text: text(12_000) }),
  z.strictObject({
    type: z.literal('plan'),
    ...blockBase,
    title: text(255),
    tasks: list(taskCard, 50, 0).optional(),
  }),
  z.strictObject({ type: z.literal('context_actions'), ...blockBase, elements: list(contextAction, 5) }),
]);

export const viewBlock = z.discriminatedUnion('type', [...everywhere]);

/** The blocks that this page draws itself, because they can be pressed or because the library would misread their text. */
import { z } from 'zod';
import { choiceSchema, textSchema } from './schema.ts';

const imageSchema = z.object({ type: z.literal('image'), image_url: z.string(), alt_text: z.string() });
const blockId = z.string().optional();

export const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), block_id: blockId, text: textSchema }),
  z.object({
    type: z.literal('context'),
    block_id: blockId,
    elements: z.array(z.union([textSchema, imageSchema])),
  }),
  z.object({
    type: z.literal('section'),
    block_id: blockId,
    text: textSchema.optional(),
    fields: z.array(textSchema).optional(),
    accessory: z.unknown().optional(),
  }),
  z.object({ type: z.literal('actions'), block_id: blockId, elements: z.array(z.unknown()) }),
  z.object({
    type: z.literal('input'),
    block_id: blockId,
    label: textSchema,
    hint: textSchema.optional(),
    optional: z.boolean().default(false),
    dispatch_action: z.boolean().default(false),
    element: choiceSchema,
  }),
  z.object({
    type: z.literal('container'),
    block_id: blockId,
    title: textSchema,
    subtitle: textSchema.optional(),
    child_blocks: z.array(z.unknown()),
    is_collapsible: z.boolean().default(false),
    default_collapsed: z.boolean().default(false),
  }),
]);

export type Picture = z.infer<typeof imageSchema>;
export type DrawnBlock = z.infer<typeof blockSchema>;
export type BlockOf<T extends DrawnBlock['type']> = Extract<DrawnBlock, { type: T }>;

export function pictureIn(accessory: unknown): Picture | undefined {
  const picture = imageSchema.safeParse(accessory);
  return picture.success ? picture.data : undefined;
}

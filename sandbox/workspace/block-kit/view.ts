/** Modals and Home tabs. */
import { z } from 'zod';
import { viewBlock } from './blocks.ts';
import { plain } from './composition.ts';
import { identifier, list, text } from './primitives.ts';

const surface = {
  blocks: list(viewBlock, 100, 0),
  private_metadata: text(3000, 0).optional(),
  callback_id: identifier.optional(),
  external_id: identifier.optional(),
};

const modal = z
  .strictObject({
    type: z.literal('modal'),
    ...surface,
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  })
  .refine((view) => view.submit !== undefined || !view.blocks.some(({ type }) => type === 'input'), {
    message: 'missing required field: submit',
  });

export const viewSchema = z.discriminatedUnion('type', [
  modal,
  z.strictObject({ type: z.literal('home'), ...surface }),
]);

export type ViewPayload = z.infer<typeof viewSchema>;

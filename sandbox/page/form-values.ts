/** What a modal submits: Slack's `view.state.values`, with what was chosen or else what the app had set. */
import { blockSchema } from './blocks/block-schema.ts';
import { type Choice, choiceSchema } from './blocks/schema.ts';
import { type Chosen, initialChoice, payloadOf } from './blocks/values.ts';

export type FormValues = Record<string, Record<string, unknown>>;

interface Field {
  blockId: string;
  element: Choice;
}

function choiceOf(blockId: string, element: unknown): Field[] {
  const choice = choiceSchema.safeParse(element);
  return choice.success ? [{ blockId, element: choice.data }] : [];
}

function fieldsOfBlock(raw: unknown, index: number): Field[] {
  const known = blockSchema.safeParse(raw);
  if (!known.success) return [];
  const block = known.data;
  const blockId = block.block_id ?? `block-${index}`;
  switch (block.type) {
    case 'header':
    case 'context':
      return [];
    case 'input':
      return [{ blockId, element: block.element }];
    case 'section':
      return choiceOf(blockId, block.accessory);
    case 'actions':
      return block.elements.flatMap((element) => choiceOf(blockId, element));
    case 'container':
      return block.child_blocks.flatMap(fieldsOfBlock);
  }
}

export function formValues(
  blocks: unknown[],
  chosen: (blockId: string, actionId: string) => Chosen | undefined,
): FormValues {
  const values: FormValues = {};
  for (const { blockId, element } of blocks.flatMap(fieldsOfBlock)) {
    const value = chosen(blockId, element.action_id) ?? initialChoice(element);
    values[blockId] = { ...values[blockId], [element.action_id]: payloadOf(element, value) };
  }
  return values;
}

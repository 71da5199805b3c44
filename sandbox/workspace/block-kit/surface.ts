/** Walks blocks: the interactive elements in them, and the ids that Slack gives to those that came without. */
import { randomBytes } from 'node:crypto';
import { type Fields, fieldsIn, isFields, textOf } from '../fields.ts';

export interface Placed {
  blockId: string;
  actionId: string;
  element: Fields;
  /** The `input` block that holds it, when one does. */
  input?: Fields;
}

const NOT_INTERACTIVE = new Set(['image', 'plain_text', 'mrkdwn']);

const makeId = () => randomBytes(4).toString('base64url').slice(0, 5);
const isInteractive = (element: Fields) =>
  !NOT_INTERACTIVE.has(String(element.type)) && !String(element.type).startsWith('rich_text_');

function withActionId(element: unknown): unknown {
  if (!isFields(element) || (element.type !== 'rich_text_input' && !isInteractive(element))) return element;
  return textOf(element.action_id) ? element : { ...element, action_id: makeId() };
}

/** Every block gets a `block_id` and every interactive element an `action_id`, as in Slack's own answers. */
export function identified(blocks: readonly Fields[]): Fields[] {
  return blocks.map((block) => ({
    ...block,
    block_id: textOf(block.block_id) || makeId(),
    ...(Array.isArray(block.elements) && { elements: block.elements.map(withActionId) }),
    ...(block.accessory !== undefined && { accessory: withActionId(block.accessory) }),
    ...(block.element !== undefined && { element: withActionId(block.element) }),
    ...(Array.isArray(block.child_blocks) && { child_blocks: identified(fieldsIn(block.child_blocks)) }),
  }));
}

/** The interactive elements of blocks that have their ids. */
export function interactive(blocks: readonly Fields[]): Placed[] {
  return blocks.flatMap((block) => {
    const own = [...fieldsIn(block.elements), ...[block.accessory, block.element].filter(isFields)];
    const placed = own.flatMap((element): Placed[] => {
      const actionId = textOf(element.action_id);
      if (actionId === undefined) return [];
      const blockId = String(block.block_id);
      return [{ blockId, actionId, element, ...(block.type === 'input' && { input: block }) }];
    });
    return [...placed, ...interactive(fieldsIn(block.child_blocks))];
  });
}

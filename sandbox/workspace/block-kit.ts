/** Slack's limits on what an app may send. Each sentence is as Slack answers it, with a pointer; none means that it would be taken. */
import { messageBlock } from './block-kit/blocks.ts';
import { BLOCKS_BUDGET, MARKDOWN_BUDGET, textInBlocks, textInMarkdown } from './block-kit/budget.ts';
import { duplicates } from './block-kit/duplicates.ts';
import { pointer, problems } from './block-kit/issues.ts';
import { list } from './block-kit/primitives.ts';
import { viewSchema } from './block-kit/view.ts';
import { fieldsIn, isFields } from './fields.ts';

const messageBlocks = list(messageBlock, 50, 0);
const VIEW_BYTES = 250_000;

export function isOverBudget(blocks: unknown): boolean {
  return textInBlocks(blocks) > BLOCKS_BUDGET;
}

/** @param blocks of one message */
export function validateMessage(blocks: unknown): string[] {
  const found = problems(messageBlocks, blocks, 'blocks');
  if (!Array.isArray(blocks)) return found;
  if (textInMarkdown(blocks) > MARKDOWN_BUDGET) {
    found.push(`markdown must be less than ${MARKDOWN_BUDGET + 1} characters in all ${pointer(['blocks'])}`);
  }
  if (fieldsIn(blocks).filter(({ type }) => type === 'table').length > 1) {
    found.push(`only_one_table_allowed ${pointer(['blocks'])}`);
  }
  if (isOverBudget(blocks)) {
    found.push(
      `blocks hold ${textInBlocks(blocks)} characters, more than ${BLOCKS_BUDGET} ${pointer(['blocks'])}`,
    );
  }
  return [...found, ...duplicates(blocks, ['blocks'])];
}

export function isViewTooLarge(view: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(view) ?? '') > VIEW_BYTES;
}

/** @param view a modal or a Home tab, as given to `views.open` and its like */
export function validateView(view: unknown): string[] {
  const found = problems(viewSchema, view, 'view');
  if (isViewTooLarge(view)) found.push(`must be less than ${VIEW_BYTES + 1} bytes ${pointer(['view'])}`);
  const blocks = isFields(view) && Array.isArray(view.blocks) ? view.blocks : [];
  return [...found, ...duplicates(blocks, ['view', 'blocks'])];
}

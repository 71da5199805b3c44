/** How much text blocks hold. Slack documents no limit of the whole, refuses at about 13,200, and calls 12,000 the budget. */
import { codePoints, fieldsIn, isFields } from '../fields.ts';

export const BLOCKS_BUDGET = 12_000;
export const MARKDOWN_BUDGET = 12_000;

const COUNTED = new Set(['text', 'title', 'alt_text']);

export function textInBlocks(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textInBlocks(item), 0);
  if (!isFields(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (typeof item === 'string' ? (COUNTED.has(key) ? codePoints(item) : 0) : textInBlocks(item)),
    0,
  );
}

export function textInMarkdown(blocks: unknown): number {
  return textInBlocks(fieldsIn(blocks).filter(({ type }) => type === 'markdown'));
}

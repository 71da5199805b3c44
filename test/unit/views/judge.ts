/** Judges what the bot would send: Slack takes it, no text from outside becomes markup in it, and its buttons carry keys alone. */
import { expect } from 'vitest';
import { textInBlocks } from '../../../sandbox/workspace/block-kit/budget.ts';
import { validateMessage } from '../../../sandbox/workspace/block-kit.ts';
import { codePoints, isFields } from '../../../sandbox/workspace/fields.ts';
import type { View } from '../../../src/slack/views/blocks.ts';

/** What clients refuse in practice is a little above it. */
const MOST_IN_BLOCKS = 12_000;
const MOST_IN_TEXT = 4_000;

/** The only markup that Paksa writes. What hostile.ts tries to smuggle in is named EVIL. */
const OWN_MARKUP = [
  /<@(?!UEVIL)[UW][A-Z0-9]+>/g,
  /<!subteam\^(?!SEVIL)S[A-Z0-9]+>/g,
  /<#(?!CEVIL)C[A-Z0-9]+>/g,
  /<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|[\d :UTC-]+>/g,
  /<https:\/\/paksa\.slack\.test\/[a-z0-9/]*\|(?:open the card|INC-\d+)>/g,
  // What an alert's rule links to is somebody else's: nothing in it may end the markup.
  /<https:\/\/(?:prometheus\.paksa\.test|evil\.example)\/[^\s<>|]*\|source>/g,
  /<https:\/\/docs\.paksa\.test\/[a-z0-9/]*\|Read more>/g,
];

/** Control characters, bidirectional overrides and whatever else is there without being seen. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}]/u;

export function expectSendable({ text, blocks }: View, { here = 0 } = {}): void {
  expect(validateMessage(blocks)).toEqual([]);
  expect(textInBlocks(blocks)).toBeLessThanOrEqual(MOST_IN_BLOCKS);
  expect(text.trim()).not.toBe('');
  expect(codePoints(text)).toBeLessThanOrEqual(MOST_IN_TEXT);
  expectHarmless({ text, blocks }, here);
}

/** @param here how many `<!here>` Paksa has written itself */
export function expectHarmless(content: unknown, here = 0): void {
  for (const said of strings(content)) {
    expect(said.isWellFormed(), JSON.stringify(said.slice(0, 200))).toBe(true);
    expect(said).not.toMatch(UNSEEN);
  }
  const marked = markupTexts(content);
  for (const said of marked) {
    const rest = OWN_MARKUP.reduce((left, own) => left.replace(own, ''), said).replaceAll('<!here>', '');
    expect(rest).not.toMatch(/[<>]/);
    expect(rest, 'an ampersand that is not escaped, or cut in two').not.toMatch(/&(?!(?:amp|lt|gt);)/);
  }
  expect(marked.join('\n').split('<!here>').length - 1).toBe(here);
}

export interface ButtonFields {
  readonly actionId: string;
  readonly value: string;
}

/** Every button within, however deep. */
export function buttonsIn(content: unknown): ButtonFields[] {
  if (Array.isArray(content)) return content.flatMap(buttonsIn);
  if (!isFields(content)) return [];
  if (content.type === 'button')
    return [{ actionId: String(content.action_id), value: String(content.value) }];
  return Object.values(content).flatMap(buttonsIn);
}

export const actionIds = (content: unknown): string[] => buttonsIn(content).map(({ actionId }) => actionId);

/** What Slack reads as markup: mrkdwn, and the message's own `text`. */
function markupTexts(content: unknown): string[] {
  if (Array.isArray(content)) return content.flatMap(markupTexts);
  if (!isFields(content)) return [];
  if (content.type === 'plain_text') return [];
  return Object.entries(content).flatMap(([key, item]) =>
    typeof item === 'string' ? (key === 'text' ? [item] : []) : markupTexts(item),
  );
}

/** Every string within. */
export function strings(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  if (Array.isArray(content)) return content.flatMap(strings);
  return isFields(content) ? Object.values(content).flatMap(strings) : [];
}

/** All that it says, a string a line. */
export const reads = (content: unknown): string => strings(content).join('\n');

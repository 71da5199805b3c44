/** docs/topics.md says what the topics say. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { topics } from '../../commands/index.ts';
import { topicsAsMarkdown } from '../../src/cli/topics.ts';

test('the page is as `npx paksa topics --markdown` writes it', () => {
  expect(readFileSync('docs/topics.md', 'utf8').trim()).toBe(topicsAsMarkdown(topics).trim());
});

test('the README names every topic', () => {
  const readme = readFileSync('README.md', 'utf8');
  for (const topic of topics.keys()) expect(readme).toContain(`\`${topic}\``);
});

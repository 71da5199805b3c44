/** What the thread says of the log's lines, as Markdown: Slack's own marks become Markdown's, everything else is text. */
import { md } from '../../incident/markdown.ts';

/** Who or what is behind an id, in plain text. */
export type Name = (id: string) => string;

/** `text` is what a view made: whatever is from outside is escaped in it. One line each. */
export const markdownOf = (text: string, name: Name): readonly string[] =>
  text
    .split('\n')
    .map((line) => translated(line, name).trim())
    .filter((line) => line !== '');

const MARKUP = /<([^<>]*)>/g;

function translated(line: string, name: Name): string {
  const parts: string[] = [];
  let at = 0;
  for (const match of line.matchAll(MARKUP)) {
    parts.push(worded(line.slice(at, match.index)), meant(match[1] ?? '', name));
    at = match.index + match[0].length;
  }
  return [...parts, worded(line.slice(at))].join('');
}

/** A mention, a moment or a link that a view wrote. */
function meant(markup: string, name: Name): string {
  const [what = '', label] = markup.split('|', 2);
  if (what.startsWith('@') || what.startsWith('#')) return md(name(what.slice(1)));
  if (what.startsWith('!subteam^')) return md(name(what.slice('!subteam^'.length)));
  if (what.startsWith('!date^')) return md(label ?? '');
  if (/^https?:\/\/[^\s()]+$/.test(what)) return `[${md(unescaped(label ?? what))}](${what})`;
  return '';
}

const unescaped = (text: string): string =>
  text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

const BOLD = /(^|[\s(“])\*([^*\n]+)\*(?=$|[\s.,:;)”?!])/g;

/** The spaces around it are kept: it stands beside other parts. */
function worded(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const match of text.matchAll(BOLD)) {
    const [whole, before = '', inside = ''] = match;
    parts.push(spaced(text.slice(at, match.index) + before), `**${md(unescaped(inside))}**`);
    at = match.index + whole.length;
  }
  return [...parts, spaced(text.slice(at))].join('');
}

const spaced = (text: string): string => {
  const [, before = '', inside = '', end = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return `${before}${md(unescaped(inside))}${end}`;
};

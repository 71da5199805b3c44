/**
 * Slack's mrkdwn as rich text, which the library draws faithfully. Its own reading of mrkdwn goes through Markdown and
 * loses what Slack keeps: the colons of `12:30:45`, the star of `*.example.com` in code, lines that begin with `#`.
 */
import type { RichTextBlock, RichTextBlockElement, RichTextSectionElement } from 'slack-blocks-to-jsx';
import { emojiOf } from '../emoji.ts';

type Style = { bold?: true; italic?: true; strike?: true };

const MARKS: Record<string, Style> = { '*': { bold: true }, _: { italic: true }, '~': { strike: true } };

const INLINE = new RegExp(
  [
    '`(?<code>[^`\\n]+)`',
    '<(?<reference>[^<>\\n]+)>',
    "(?<![\\p{L}\\p{N}]):(?<emoji>[a-z0-9_+'-]+):",
    '(?<url>https?://[^\\s<>]*[^\\s<>.,;:!?)\'"])',
    // A mark opens before a word and closes behind one: not inside `a_b_c`, nor around ` * `.
    '(?<![\\p{L}\\p{N}])(?<mark>[*_~])(?![\\s*_~])(?<inner>(?:`[^`\\n]+`|[^`\\n])+?)(?<=\\S)\\k<mark>(?![\\p{L}\\p{N}])',
  ].join('|'),
  'gu',
);

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const styled = (style: Style) => (Object.keys(style).length === 0 ? {} : { style });

/** What stands between `<` and `>`: a mention, a date or a link; anything else is shown as it is. */
function referenced(reference: string, style: Style): RichTextSectionElement {
  const [target = '', label] = reference.split(/\|(.*)/s);
  const [kind, first = '', second = ''] = target.split('^');
  if (/^@[UW]/.test(target)) return { type: 'user', user_id: target.slice(1), ...styled(style) };
  if (target.startsWith('#C')) return { type: 'channel', channel_id: target.slice(1), ...styled(style) };
  if (kind === '!subteam') return { type: 'usergroup', usergroup_id: first, ...styled(style) };
  if (kind === '!date') return { type: 'date', timestamp: Number(first), format: second, ...styled(style) };
  if (target === '!here' || target === '!channel' || target === '!everyone') {
    return {
      type: 'broadcast',
      range: target === '!here' ? 'here' : target === '!channel' ? 'channel' : 'everyone',
    };
  }
  if (/^(https?|mailto|tel):/i.test(target)) {
    return { type: 'link', url: unescaped(target), text: unescaped(label ?? target), ...styled(style) };
  }
  return { type: 'text', text: unescaped(`<${reference}>`), ...styled(style) };
}

function inline(text: string, style: Style = {}): RichTextSectionElement[] {
  const elements: RichTextSectionElement[] = [];
  const say = (plain: string) => {
    if (plain !== '') elements.push({ type: 'text', text: unescaped(plain), ...styled(style) });
  };
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const { code, reference, emoji, url, mark = '', inner } = match.groups ?? {};
    say(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (code !== undefined)
      elements.push({ type: 'text', text: unescaped(code), style: { ...style, code: true } });
    else if (reference !== undefined) elements.push(referenced(reference, style));
    else if (url !== undefined) elements.push({ type: 'link', url: unescaped(url), ...styled(style) });
    else if (inner !== undefined) elements.push(...inline(inner, { ...style, ...MARKS[mark] }));
    else say((emoji === undefined ? undefined : emojiOf(emoji)) ?? match[0]);
  }
  say(text.slice(end));
  return elements;
}

/** Runs of quoted and of other lines. */
function paragraphs(text: string): RichTextBlockElement[] {
  const runs: { isQuote: boolean; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line)?.[1];
    const last = runs.at(-1);
    const isQuote = quoted !== undefined;
    if (last?.isQuote === isQuote) last.lines.push(quoted ?? line);
    else runs.push({ isQuote, lines: [quoted ?? line] });
  }
  return runs.map(({ isQuote, lines }) => ({
    type: isQuote ? 'rich_text_quote' : 'rich_text_section',
    elements: inline(lines.join('\n')),
  }));
}

export function richText(mrkdwn: string): RichTextBlock {
  const elements = mrkdwn.split(/```\n?(.*?)\n?```\n?/s).flatMap((part, index): RichTextBlockElement[] => {
    // What the capture matched stands at the odd places.
    if (index % 2 === 1)
      return [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: unescaped(part) }] }];
    return part === '' ? [] : paragraphs(part.replace(/\n$/, ''));
  });
  return { type: 'rich_text', elements };
}

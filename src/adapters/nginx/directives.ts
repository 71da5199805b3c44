/**
 * nginx's configuration language, read as nginx reads it (`ngx_conf_read_token`): words, quotes, comments and blocks, each
 * with its place in the text, so that a word can be replaced and every other byte stays. A broken text is read as far as
 * it makes sense: the verdict on it is `nginx -t`'s.
 */

/** A word, without its quotes; `start` and `end` are with them. */
export interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface Directive {
  readonly words: readonly Word[];
  /** Where its `;` or `{` is. */
  readonly end: number;
  /** Absent when it ends with `;`. */
  readonly block?: readonly Directive[];
}

const SPACE = /\s/;

export function readDirectives(text: string): readonly Directive[] {
  const top: Directive[] = [];
  const open: Directive[][] = [];
  let into = top;
  let words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (SPACE.test(character)) {
      at += 1;
    } else if (character === '#') {
      at = endOfLine(text, at);
    } else if (character === ';') {
      if (words.length > 0) into.push({ words, end: at });
      words = [];
      at += 1;
    } else if (character === '{') {
      const block: Directive[] = [];
      into.push({ words, end: at, block });
      if (words[0]?.value.endsWith('_by_lua_block')) {
        at = endOfLua(text, at);
      } else {
        open.push(into);
        into = block;
        at += 1;
      }
      words = [];
    } else if (character === '}') {
      into = open.pop() ?? top;
      words = [];
      at += 1;
    } else {
      const word = character === '"' || character === "'" ? quoted(text, at) : bare(text, at);
      words.push(word);
      at = word.end;
    }
  }
  return top;
}

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found === -1 ? text.length : found;
}

function quoted(text: string, start: number): Word {
  const quote = text.charAt(start);
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1;
  const end = Math.min(at + 1, text.length);
  return { value: unescaped(text.slice(start + 1, at)), start, end };
}

/** Goes up to a space, `;` or `{`; the `{` of `${name}` belongs to the word. */
function bare(text: string, start: number): Word {
  let at = start;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\\' || text.startsWith('${', at)) {
      at += 2;
    } else if (SPACE.test(character) || character === ';' || character === '{') {
      break;
    } else {
      at += 1;
    }
  }
  const end = Math.min(at, text.length);
  return { value: unescaped(text.slice(start, end)), start, end };
}

const unescaped = (written: string): string => written.replace(/\\(["'\\])/g, '$1');

/** Lua is another language: its braces are counted, those in its strings and comments are not. */
function endOfLua(text: string, from: number): number {
  const token =
    /--\[\[[\s\S]*?\]\]|--[^\n]*|\[\[[\s\S]*?\]\]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{}]/g;
  token.lastIndex = from;
  let depth = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    if (found[0] === '{') depth += 1;
    if (found[0] === '}') depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return text.length;
}

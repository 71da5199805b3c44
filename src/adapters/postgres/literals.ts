/**
 * Takes the literals out of a statement: what is between quotes or made of digits is somebody's data. Follows PostgreSQL's
 * lexer (src/backend/parser/scan.l); where a text could be read in two ways, what follows is left out.
 */

const HIDDEN = '?';

const LETTER = String.raw`[A-Za-z_\u0080-\uffff]`;
const REST = String.raw`[\w\u0080-\uffff]`;

/** One at a time, in this order. Each also matches what was cut off in the middle of it. */
const TOKEN = new RegExp(
  [
    String.raw`(?<line>--[^\n\r]*)`,
    String.raw`(?<block>\/\*)`,
    String.raw`(?<escaped>[eE]'(?:[^'\\]|\\[^]|'')*(?:'|\\?$))`,
    `(?<plain>(?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<dollar>\$(?:${LETTER}${REST}*)?\$)`,
    String.raw`(?<parameter>\$\d+)`,
    String.raw`(?<word>${LETTER}(?:${REST}|\$)*)`,
    `(?<name>"(?:[^"]|"")*(?:"|$))`,
    String.raw`(?<number>0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)`,
    `(?<other>[^])`,
  ].join('|'),
  'y',
);

/** Without literals and comments, in one line of at most `most` characters. */
export function tidyQuery(query: string, most: number): string {
  const tidy = withoutLiterals(query)
    .replace(/\s+/g, ' ')
    .replace(/\?(?: ?, ?\?)+/g, '?, …')
    .trim();
  return tidy.length > most ? `${tidy.slice(0, most - 1)}…` : tidy;
}

export function withoutLiterals(query: string): string {
  const kept: string[] = [];
  let at = 0;
  while (at < query.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(query);
    if (!found) break;
    const [text] = found;
    const { line, block, escaped, plain, dollar, number } = found.groups ?? {};
    at += text.length;
    if (line !== undefined) kept.push(' ');
    else if (block !== undefined) {
      kept.push(' ');
      at = afterComment(query, at);
    } else if (escaped !== undefined || number !== undefined) kept.push(HIDDEN);
    else if (plain !== undefined) {
      kept.push(HIDDEN);
      // With standard_conforming_strings off, this quote would not end it.
      if (plain.includes("\\'")) return `${kept.join('')} …`;
    } else if (dollar !== undefined) {
      kept.push(HIDDEN);
      const end = query.indexOf(dollar, at);
      at = end < 0 ? query.length : end + dollar.length;
    } else kept.push(text);
  }
  return kept.join('');
}

/** Comments nest. One that is cut off reaches to the end. */
function afterComment(query: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 1;
  for (let found = edge.exec(query); found; found = edge.exec(query)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return query.length;
}

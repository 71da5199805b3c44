/**
 * Reads the columns out of a plan's conditions, as EXPLAIN (VERBOSE) writes them: `((i.tenant_id = $1) AND (i.created_at >= $2))`.
 * What it does not understand for certain it leaves out.
 */

export interface Sought {
  readonly equal: readonly string[];
  readonly range: readonly string[];
}

/** `types` tells a column's type by its name, and nothing for what is no column. */
export function readFilter(
  filter: string,
  alias: string,
  types: (column: string) => string | undefined,
): Sought {
  const equal = new Set<string>();
  const range = new Set<string>();
  for (const condition of splitOutside(unwrap(filter), ' AND ')) {
    const found = readComparison(unwrap(condition), alias, types);
    if (found) (found.operator === '=' ? equal : range).add(found.column);
  }
  return { equal: [...equal], range: [...range].filter((column) => !equal.has(column)) };
}

/** The column that a plan sorts by first; nothing when it sorts by an expression or in an order of its own. */
export function readSortKey(key: string, alias: string): string | undefined {
  const plain = key.replace(/ DESC$/, '');
  return columnOf(plain, alias, () => undefined);
}

interface Comparison {
  readonly column: string;
  readonly operator: '=' | 'range';
}

function readComparison(
  condition: string,
  alias: string,
  types: (column: string) => string | undefined,
): Comparison | undefined {
  for (const operator of [' = ', ' <= ', ' >= ', ' < ', ' > ']) {
    const [left, right, ...more] = splitOutside(condition, operator);
    if (left === undefined || right === undefined || more.length > 0) continue;
    const column = columnOf(left, alias, types) ?? columnOf(right, alias, types);
    const other = columnOf(left, alias, types) === undefined ? left : right;
    if (column === undefined || !isKnownBefore(other, alias)) return undefined;
    return { column, operator: operator === ' = ' ? '=' : 'range' };
  }
  return undefined;
}

/** `i.tenant_id`, or `(i.status)::text` of a varchar, which has the same bytes: any other cast hides the column from an index. */
function columnOf(
  text: string,
  alias: string,
  types: (column: string) => string | undefined,
): string | undefined {
  const prefix = `${quoteIfNeeded(alias)}.`;
  const cast = /^\((.+)\)::text$/.exec(text)?.[1];
  const plain = cast ?? text;
  if (!plain.startsWith(prefix)) return undefined;
  const column = readIdentifier(plain.slice(prefix.length));
  return cast !== undefined && (column === undefined || types(column) !== 'varchar') ? undefined : column;
}

/** Functions whose value is the same for every row of a statement. Of any other it is not known from its name. */
const STEADY = new Set(
  `now abs age coalesce concat date date_part date_trunc extract floor greatest least length lower make_date
   make_interval mod nullif numeric replace round timezone to_date to_timestamp trim upper varying`.split(
    /\s+/,
  ),
);

/** The other side must not depend on the row, nor on chance. */
function isKnownBefore(text: string, alias: string): boolean {
  const plain = text.replace(/'(?:[^']|'')*'/g, "''");
  const calls = [...plain.matchAll(/(?<!::)\b([a-z_]\w*)\(/g)].map(([, name = '']) => name);
  return (
    !plain.includes(`${quoteIfNeeded(alias)}.`) &&
    !plain.includes('SubPlan') &&
    calls.every((name) => STEADY.has(name))
  );
}

const PLAIN = /^[a-z_][a-z0-9_$]*$/;

const quoteIfNeeded = (name: string): string => (PLAIN.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

function readIdentifier(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  const quoted = /^"((?:[^"]|"")+)"$/.exec(text)?.[1];
  return quoted?.replaceAll('""', '"');
}

/** Takes away parentheses that hold all of it. */
function unwrap(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  const inner = text.slice(1, -1);
  return depths(inner).every(({ depth }) => depth >= 0) ? inner : text;
}

/** Splits where the separator is neither in parentheses nor in quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { at, depth } of depths(text)) {
    if (depth !== 0 || at < from || !text.startsWith(separator, at)) continue;
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  return [...parts, text.slice(from)];
}

/** How deep in parentheses each character outside of quotes is. */
function depths(text: string): { readonly at: number; readonly depth: number }[] {
  const found: { at: number; depth: number }[] = [];
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      continue;
    }
    if (character === '"' || character === "'") {
      quote = character;
      continue;
    }
    if (/[([{]/.test(character)) depth += 1;
    if (/[)\]}]/.test(character)) depth -= 1;
    found.push({ at, depth });
  }
  return found;
}

/** What alembic prints, read. Its log goes to standard error and is not in here; an env.py may print on its own in between. */
import type { Revision } from './port.ts';

const MOST_CHARACTERS = 200;

/**
 * Entries of `--verbose` (alembic 1.6 to 1.14): a header of `Rev:`, `Parent:` or `Merges:`, `Path:`, and the
 * script's docstring, each line of it indented.
 */
export function readRevisions(printed: string): readonly Revision[] {
  const [, ...entries] = `\n${printed}`.split(/\r?\n(?=Rev: )/);
  return entries.flatMap((entry) => {
    const lines = entry.split(/\r?\n/);
    const blank = lines.indexOf('');
    const header = blank === -1 ? lines : lines.slice(0, blank);
    const [, id, marks = ''] = /^Rev: (\S+)(.*)$/.exec(lines[0] ?? '') ?? [];
    if (id === undefined) return [];
    const file = headed(header, 'Path');
    return [
      {
        id,
        parents: namesIn(headed(header, 'Merges') ?? headed(header, 'Parent') ?? ''),
        message: messageIn(blank === -1 ? [] : lines.slice(blank + 1)),
        isHead: /\((effective )?head\)/.test(marks),
        ...(file?.startsWith('/') ? { file } : {}),
      },
    ];
  });
}

const headed = (header: readonly string[], name: string): string | undefined =>
  header
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2)
    .trim();

/** `a, b`, or `<base>` for none. */
const namesIn = (list: string): readonly string[] =>
  list.split(/[\s,]+/).filter((name) => name !== '' && name !== '<base>');

/** The docstring's first paragraph. */
function messageIn(lines: readonly string[]): string {
  const texts = lines.map((line) => line.trim());
  const start = texts.findIndex((text) => text !== '');
  if (start === -1) return '';
  const end = texts.indexOf('', start);
  return texts
    .slice(start, end === -1 ? undefined : end)
    .join(' ')
    .slice(0, MOST_CHARACTERS);
}

/** The revision that the database stands on and the code does not have, out of alembic's complaint. */
export const unknownRevision = (said: string): string | undefined =>
  /Can't locate revision identified by '([^']+)'/.exec(said)?.[1];

/** The file that `alembic merge` has written. */
export const generatedFile = (printed: string): string | undefined =>
  /Generating\s+(\/\S.*?\.py)\s*\.\.\.\s+done/s.exec(printed)?.[1];

/** Names by their distance from what was typed. */
import { distance } from 'fastest-levenshtein';

export const byDistance = (word: string, known: readonly string[]): string[] =>
  known.toSorted((a, b) => away(word, a) - away(word, b));

/** A part of a name is nearer to it than any slip of the finger: “cpu” is `high-cpu`. */
const away = (word: string, name: string): number =>
  word.length > 1 && name.split('-').includes(word) ? 0 : distance(word, name);

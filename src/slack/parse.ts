/** What somebody typed after `/paksa`, or after a mention: forgiving of case, spaces and the quotes that phones put in. */
import { distance } from 'fastest-levenshtein';
import type { Runbook } from '../runbook/define.ts';

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'status' }
  | { readonly command: 'diagnose'; readonly topic: string; readonly environment?: string }
  /** Not understood: what to say, and the topics with the nearest one first. */
  | { readonly command: 'unknown'; readonly said: string; readonly nearest: readonly string[] };

const WORDS = ['help', 'status', 'diagnose'];
/** Longer than any command; the rest is not read. */
const MOST_TEXT = 500;

/** Words without quotes and case; Slack's own `<…>` around links and mentions is kept out of the way. */
export const words = (text: string): string[] =>
  text
    .slice(0, MOST_TEXT)
    .normalize('NFKC')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/["'`´\u2018-\u201f\u00ab\u00bb\u2039\u203a]/g, ' ')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

export function parse(text: string, topics: ReadonlyMap<string, Runbook>): Command {
  const [first, second, ...rest] = words(text);
  const known = [...topics.keys()];
  if (first === undefined || first === 'help') return { command: 'help' };
  if (first === 'status') return { command: 'status' };
  if (first === 'diagnose') {
    if (second === undefined)
      return { command: 'unknown', said: 'Diagnose what? Name a topic.', nearest: byDistance('', known) };
    if (!topics.has(second)) return unknownTopic(second, known);
    return { command: 'diagnose', topic: second, ...environment(rest) };
  }
  // The topic alone says enough.
  if (topics.has(first))
    return { command: 'diagnose', topic: first, ...environment(second ? [second, ...rest] : []) };
  const [nearestWord = 'help'] = byDistance(first, [...WORDS, ...known]);
  const hint = WORDS.includes(nearestWord) ? nearestWord : `diagnose ${nearestWord}`;
  return {
    command: 'unknown',
    said: `I do not know “${first}”. Did you mean “/paksa ${hint}”?`,
    nearest: byDistance(first, known),
  };
}

const unknownTopic = (topic: string, known: readonly string[]): Command => {
  const nearest = byDistance(topic, known);
  return {
    command: 'unknown',
    said: `There is no topic “${topic}”. Did you mean “/paksa diagnose ${nearest[0] ?? ''}”?`,
    nearest,
  };
};

const byDistance = (word: string, known: readonly string[]): string[] =>
  word === '' ? [...known] : [...known].sort((a, b) => distance(word, a) - distance(word, b));

/** `--env production`, `--env=production`, or simply `production`. */
function environment(rest: readonly string[]): { environment?: string } {
  const [word, next] = rest;
  const named = word === '--env' ? next : word?.replace(/^--env=/, '');
  return named === undefined || named === '' ? {} : { environment: named };
}

/** What somebody typed after `/paksa`, or after a mention: forgiving of case, spaces and the quotes that phones put in. */
import { EVERYTHING, type Runbook } from '../runbook/define.ts';
import { byDistance } from './nearest.ts';
import { type AuditCommand, parseAudit } from './parse-audit.ts';
import { type IncidentCommand, parseIncident } from './parse-incident.ts';
import { type LadderCommand, parseLadder } from './parse-ladder.ts';
import { type OnCallCommand, parseOnCall, parseOverride, takeMention } from './parse-on-call.ts';
import { type ProcedureCommand, parseEmergency, parseProcedure } from './parse-procedure.ts';
import { parseSilence, type SilenceCommand } from './parse-silence.ts';
import { MOST_TEXT, typedWords } from './typed.ts';
import { clip } from './views/text.ts';

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'status' }
  | { readonly command: 'diagnose'; readonly topic: string; readonly environment?: string }
  | { readonly command: 'survey'; readonly environment?: string }
  | ProcedureCommand
  | OnCallCommand
  | SilenceCommand
  | IncidentCommand
  | LadderCommand
  | AuditCommand
  /** Not understood: what to say, and the topics with the nearest one first. */
  | { readonly command: 'unknown'; readonly said: string; readonly nearest: readonly string[] };

const WORDS = [
  ...['help', 'status', 'diagnose', 'emergency', 'procedure', 'oncall', 'override', 'ladder'],
  ...['silence', 'silences', 'unsilence', 'incident', 'note', 'postmortem', 'snooze', 'audit'],
];
/** Of a word that is said back. */
const MOST_WORD = 40;

export const words = (text: string): string[] => typedWords(text).map((word) => word.toLowerCase());

export function parse(text: string, topics: ReadonlyMap<string, Runbook>): Command {
  const ofIncident = parseIncident(text);
  if (ofIncident) return ofIncident;
  const mention = takeMention(text.trimStart().slice(0, MOST_TEXT));
  const { rest, named } = takeEnvironment(words(mention.rest));
  const [first, second, third] = rest;
  const known = [...topics.keys()];
  if (first === undefined || first === 'help') return { command: 'help' };
  if (first === 'status') return { command: 'status' };
  if (first === 'diagnose') {
    if (second === undefined)
      return { command: 'unknown', said: 'Diagnose what? Name a topic.', nearest: known };
    if (second === EVERYTHING) return survey(named ?? third);
    if (!topics.has(second)) return unknownTopic(second, known);
    return diagnose(second, named ?? third);
  }
  if (first === 'emergency') return parseEmergency(rest.slice(1), named, topics);
  if (first === 'procedure') return parseProcedure(rest.slice(1), named, topics);
  if (first === 'ladder') return parseLadder(rest.slice(1), named);
  if (first === 'oncall' || first === 'on-call') return parseOnCall(rest.slice(1));
  if (first === 'silences') return { command: 'silences' };
  if (first === 'unsilence') return { command: 'unsilence', id: second ?? '' };
  if (first === 'silence') return parseSilence(afterFirst(text));
  if (first === 'audit') return parseAudit(afterFirst(text));
  if (first === 'override') return parseOverride(rest.slice(1), mention.user);
  // The topic alone says enough.
  if (topics.has(first)) return diagnose(first, named ?? second);
  const [nearestWord = 'help'] = byDistance(first, [...WORDS, ...known]);
  const meant = nearestWord === 'diagnose' && second !== undefined ? second : first;
  const nearest = byDistance(meant, known);
  const hint = nearestWord === 'diagnose' ? `diagnose ${nearest[0] ?? ''}` : nearestWord;
  return {
    command: 'unknown',
    said: `I do not know “${clip(first, MOST_WORD)}”. Did you mean “/paksa ${topics.has(hint) ? `diagnose ${hint}` : hint}”?`,
    nearest,
  };
}

/** As it was typed: labels and reasons have their case, and may name people. */
const afterFirst = (text: string): string => text.trim().slice(0, MOST_TEXT).replace(/^\S+/, '');

const diagnose = (topic: string, environment = ''): Command => ({
  command: 'diagnose',
  topic,
  ...(environment === '' ? {} : { environment }),
});

const survey = (environment = ''): Command => ({
  command: 'survey',
  ...(environment === '' ? {} : { environment }),
});

const unknownTopic = (topic: string, known: readonly string[]): Command => {
  const nearest = byDistance(topic, known);
  return {
    command: 'unknown',
    said: `There is no topic “${clip(topic, MOST_WORD)}”. Did you mean “/paksa diagnose ${nearest[0] ?? ''}”?`,
    nearest,
  };
};

/** `--env production` or `--env=production`, wherever it stands. A phone makes one dash of the two hyphens. */
function takeEnvironment(all: readonly string[]): { rest: readonly string[]; named?: string } {
  const at = all.findIndex((word) => /^--?env(=|$)/.test(word));
  const option = all[at];
  if (option === undefined) return { rest: all };
  const isInline = option.includes('=');
  const named = isInline ? option.slice(option.indexOf('=') + 1) : (all[at + 1] ?? '');
  return { rest: all.toSpliced(at, isInline ? 1 : 2), named };
}

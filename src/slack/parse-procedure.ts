/** `/paksa emergency …` and `/paksa procedure …`: what is typed in the worst moment, so that two words do for `system-down`. */
import type { Runbook } from '../runbook/define.ts';
import { byDistance } from './nearest.ts';
import { clip } from './views/text.ts';

export type ProcedureCommand =
  /** What there is; `said` when something was named that is not. */
  | { readonly command: 'emergencies'; readonly said?: string }
  | { readonly command: 'procedures'; readonly said?: string }
  /** Without a procedure it is the topic's emergency. */
  | {
      readonly command: 'start';
      readonly topic: string;
      readonly procedure?: string;
      readonly environment?: string;
    };

type Topics = ReadonlyMap<string, Runbook>;
/** Of a word that is said back. */
const MOST_WORD = 40;

/** `rest`: the words after “emergency”; `named`: the environment, where one was named as such. */
export function parseEmergency(
  rest: readonly string[],
  named: string | undefined,
  topics: Topics,
): ProcedureCommand {
  const known = [...topics.values()].flatMap((runbook) => (runbook.emergency ? [runbook.topic] : []));
  if (rest.length === 0) return { command: 'emergencies' };
  const { name, after } = take(rest, known);
  if (known.includes(name)) return start(name, undefined, named ?? after);
  const [nearest] = byDistance(name, known);
  const hint = nearest === undefined ? '' : ` Did you mean “/paksa emergency ${nearest}”?`;
  return { command: 'emergencies', said: `There is no emergency “${clip(name, MOST_WORD)}”.${hint}` };
}

/** `rest`: the words after “procedure”. */
export function parseProcedure(
  rest: readonly string[],
  named: string | undefined,
  topics: Topics,
): ProcedureCommand {
  const [topic, ...words] = rest;
  if (topic === undefined) return { command: 'procedures' };
  const runbook = topics.get(topic);
  const withSome = [...topics.values()].filter(({ procedures = {} }) => Object.keys(procedures).length > 0);
  if (!runbook || !withSome.includes(runbook)) {
    const nearest = byDistance(
      topic,
      withSome.map((each) => each.topic),
    );
    return unknown(`The topic “${clip(topic, MOST_WORD)}” has no procedure.`, nearest[0]);
  }
  const known = Object.keys(runbook.procedures ?? {});
  if (words.length === 0) return unknown('Which procedure?', `${topic} ${known[0] ?? ''}`);
  const { name, after } = take(words, known);
  if (known.includes(name)) return start(topic, name, named ?? after);
  const said = `The topic “${topic}” has no procedure “${clip(name, MOST_WORD)}”.`;
  return unknown(said, `${topic} ${byDistance(name, known)[0] ?? ''}`);
}

const unknown = (said: string, nearest: string | undefined): ProcedureCommand => ({
  command: 'procedures',
  said: nearest === undefined ? said : `${said} Did you mean “/paksa procedure ${nearest.trim()}”?`,
});

const start = (topic: string, procedure: string | undefined, environment = ''): ProcedureCommand => ({
  command: 'start',
  topic,
  ...(procedure === undefined ? {} : { procedure }),
  ...(environment === '' ? {} : { environment }),
});

/** A name of one word or of two, and the word after it. */
function take(words: readonly string[], known: readonly string[]): { name: string; after?: string } {
  const [first = '', second, third] = words;
  const both = `${first}-${second ?? ''}`;
  if (!known.includes(first) && known.includes(both)) return named(both, third);
  return named(first, second);
}

const named = (name: string, after: string | undefined) => ({
  name,
  ...(after === undefined ? {} : { after }),
});

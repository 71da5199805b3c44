/** Finds what people name: topics, fixes, environments. What is not there is answered with the nearest that is. */
import { closest } from 'fastest-levenshtein';
import { UserError } from '../errors.ts';
import type { Runbook } from '../runbook/define.ts';
import type { Fix } from '../runbook/fix.ts';
import type { Estate, Topics } from './ports.ts';

const nearest = (word: string, known: readonly string[]): string =>
  known.length === 0 ? '' : ` Did you mean “${closest(word, known)}”?`;

/** @throws UserError naming the nearest topic */
export function runbookOf(topics: Topics, topic: string): Runbook {
  const runbook = topics.get(topic);
  if (!runbook) throw new UserError(`There is no topic “${topic}”.${nearest(topic, [...topics.keys()])}`);
  return runbook;
}

/** @throws UserError naming the nearest fix */
export function fixOf(runbook: Runbook, id: string): Fix {
  const fix = Object.hasOwn(runbook.fixes, id) ? runbook.fixes[id] : undefined;
  if (!fix)
    throw new UserError(
      `The topic “${runbook.topic}” has no fix “${id}”.${nearest(id, Object.keys(runbook.fixes))}`,
    );
  return fix;
}

/** The environment named, or the first one. @throws UserError naming the nearest, or what to configure */
export function environmentOf(estate: Estate, name: string | undefined): string {
  const [first] = estate.environments;
  if (first === undefined)
    throw new UserError('No environment is configured: add one under “environments” in paksa.yaml.');
  if (name === undefined) return first;
  if (!estate.environments.includes(name))
    throw new UserError(`There is no environment “${name}”.${nearest(name, estate.environments)}`);
  return name;
}

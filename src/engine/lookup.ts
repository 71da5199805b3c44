/** Finds what people name: topics, fixes, procedures, environments. What is not there is answered with the nearest that is. */
import { closest } from 'fastest-levenshtein';
import { UserError } from '../errors.ts';
import type { Grant } from '../policy/roles.ts';
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

/** Of roles that are for some fixes: at start, rather than at the click that would be refused. @throws UserError naming the nearest fix */
export function refuseUnknownFixes(topics: Topics, grants: readonly Grant[]): void {
  for (const { topics: named = [...topics.keys()], fixes = [] } of grants) {
    const known = named.flatMap((topic) => Object.keys(runbookOf(topics, topic).fixes));
    const unknown = fixes.find((fix) => !known.includes(fix));
    if (unknown !== undefined)
      throw new UserError(`No topic of that role has a fix “${unknown}”.${nearest(unknown, known)}`);
  }
}

/** The id of the procedure named, or of the topic's emergency. @throws UserError naming the nearest */
export function procedureOf(runbook: Runbook, id: string | undefined): string {
  const { topic, procedures = {}, emergency } = runbook;
  const named = id ?? emergency;
  if (named === undefined) throw new UserError(`The topic “${topic}” is not an emergency.`);
  if (!Object.hasOwn(procedures, named))
    throw new UserError(
      `The topic “${topic}” has no procedure “${named}”.${nearest(named, Object.keys(procedures))}`,
    );
  return named;
}

/** @throws UserError naming the nearest emergency */
export function emergencyOf(topics: Topics, topic: string): Runbook {
  const known = [...topics.values()].filter(({ emergency }) => emergency !== undefined);
  const runbook = known.find((each) => each.topic === topic);
  if (!runbook)
    throw new UserError(
      `There is no emergency “${topic}”.${nearest(
        topic,
        known.map((each) => each.topic),
      )}`,
    );
  return runbook;
}

/** The environment named, or the first one. @throws UserError naming the nearest, or what to configure */
export function environmentOf(estate: Pick<Estate, 'environments'>, name: string | undefined): string {
  const [first] = estate.environments;
  if (first === undefined)
    throw new UserError('No environment is configured: add one under “environments” in paksa.yaml.');
  if (name === undefined) return first;
  if (!estate.environments.includes(name))
    throw new UserError(`There is no environment “${name}”.${nearest(name, estate.environments)}`);
  return name;
}

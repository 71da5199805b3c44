/** How the schemas say what is wrong: always what would be right, and for an unknown key the known one nearest to it. */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** One thing to put right before Paksa can start. */
export interface ConfigProblem {
  /** `environment`, or the name of the file. */
  readonly source: string;
  /** A variable's name, or the path of a key such as `ladder.levels[0].delay`. */
  readonly path: string;
  readonly message: string;
}

type RawIssue = {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly keys?: readonly string[];
};

/** Says the same thing of whatever is wrong with a value: what would be right. */
export const must = (what: string) => ({
  error: ({ input }: RawIssue): string =>
    input === undefined ? `is missing: it must be ${what}` : `must be ${what}`,
});

/** The word among `known` that was probably meant, at most that many letters away; undefined when none is near. */
export function nearest(word: string, known: readonly string[], letters?: number): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, away }) => away <= (letters ?? Math.max(2, Math.floor(candidate.length / 3))))
    .sort((a, b) => a.away - b.away);
  return near[0]?.candidate;
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `is not a key here: ${meant ? `did you mean ${meant}?` : `known are ${known.join(', ')}`}`;
}

/** An object without other keys. Its message for unknown keys has one line for each of them, in their order. */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  const { error: otherwise } = must(`a block with ${known.join(', ')}`);
  return z.strictObject(shape, {
    error: (issue: RawIssue) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys ?? []).map((key) => unknownKey(key, known)).join('\n')
        : otherwise(issue),
  });
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');

/** Zod's issues as problems, one for each unknown key. */
export function problemsOf(error: z.ZodError, source: string): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const at = (path: readonly PropertyKey[], message: string) => ({
      source,
      path: formatPath(path) || 'the file',
      message,
    });
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.message
          .split('\n')
          .map((message, index) => at([...issue.path, issue.keys[index] ?? ''], message));
      case 'invalid_key':
        return issue.issues.map(({ message }) => at(issue.path, message));
      default:
        return [at(issue.path, issue.message)];
    }
  });
}

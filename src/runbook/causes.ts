/** Of several topics with problems, which is probably the cause of which: by what each runbook says that it explains. */
import type { Runbook } from './define.ts';
import type { Severity } from './finding.ts';

/** A topic with a problem, and how grave the worst of it is. */
export interface Troubled {
  readonly topic: string;
  readonly severity: Severity;
}

export interface Causes {
  /** Topics that nothing else here explains, in the order given. */
  readonly causes: readonly string[];
  /** For each of the others, the causes that explain it, directly or by way of another topic with a problem. */
  readonly explainedBy: Readonly<Record<string, readonly string[]>>;
}

/**
 * `troubled` in the order in which they matter: of two that explain each other the first is taken for the cause. What is
 * graver than a topic is not explained by it: a busy machine is no reason to leave corrupt data for later.
 */
export function probableCauses(
  troubled: readonly Troubled[],
  topics: ReadonlyMap<string, Pick<Runbook, 'explains'>>,
): Causes {
  const names = troubled.map(({ topic }) => topic);
  const reach = new Map(names.map((topic) => [topic, consequencesOf(topic, names, topics)]));
  const explains = (cause: Troubled, other: Troubled) =>
    (reach.get(cause.topic)?.has(other.topic) ?? false) &&
    (cause.severity === 'critical' || other.severity === 'warning');
  const isCause = (one: Troubled, place: number) =>
    troubled.every(
      (other, otherPlace) =>
        other === one || !explains(other, one) || (explains(one, other) && place < otherPlace),
    );
  const causes = troubled.filter(isCause);
  const explained = troubled.filter((one) => !causes.includes(one));
  return {
    causes: causes.map(({ topic }) => topic),
    explainedBy: Object.fromEntries(
      explained.map((one) => [
        one.topic,
        causes.filter((cause) => explains(cause, one)).map(({ topic }) => topic),
      ]),
    ),
  };
}

/** What a topic explains among those with problems, and what those explain in turn. */
function consequencesOf(
  topic: string,
  troubled: readonly string[],
  topics: ReadonlyMap<string, Pick<Runbook, 'explains'>>,
): ReadonlySet<string> {
  const seen = new Set<string>();
  const follow = (from: string) => {
    for (const next of topics.get(from)?.explains ?? [])
      if (troubled.includes(next) && !seen.has(next)) {
        seen.add(next);
        follow(next);
      }
  };
  follow(topic);
  return seen;
}

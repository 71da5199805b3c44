/** Of several topics with problems, which is probably the cause of which: by what each runbook says that it explains. */
import type { Runbook } from './define.ts';

export interface Causes {
  /** Topics that nothing else here explains, in the order given. */
  readonly causes: readonly string[];
  /** For each of the others, the causes that explain it, directly or by way of another topic with a problem. */
  readonly explainedBy: Readonly<Record<string, readonly string[]>>;
}

/** `troubled` in the order in which they matter: of two that explain each other the first is taken for the cause. */
export function probableCauses(
  troubled: readonly string[],
  topics: ReadonlyMap<string, Pick<Runbook, 'explains'>>,
): Causes {
  const reach = new Map(troubled.map((topic) => [topic, consequencesOf(topic, troubled, topics)]));
  const explains = (cause: string, topic: string) => reach.get(cause)?.has(topic) ?? false;
  const isCause = (topic: string, place: number) =>
    troubled.every(
      (other, otherPlace) =>
        other === topic || !explains(other, topic) || (explains(topic, other) && place < otherPlace),
    );
  const causes = troubled.filter(isCause);
  const explained = troubled.filter((topic) => !causes.includes(topic));
  return {
    causes,
    explainedBy: Object.fromEntries(
      explained.map((topic) => [topic, causes.filter((cause) => explains(cause, topic))]),
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

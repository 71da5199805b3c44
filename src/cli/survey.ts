/** `paksa diagnose all`: every topic at once, worst first. Reads only. */
import { environmentOf } from '../engine/lookup.ts';
import type { Estate, Topics } from '../engine/ports.ts';
import { lookAtAll, ranked } from '../engine/survey.ts';
import { type FindingStatus, overall } from '../runbook/finding.ts';
import type { DiagnoseOptions } from './diagnose.ts';
import { findingLines, print } from './print.ts';
import { EXIT } from './usage.ts';

/** Resolves with the exit code. @throws UserError on an unknown environment */
export async function survey(
  catalog: Topics,
  estate: Estate,
  options: Omit<DiagnoseOptions, 'topic'>,
): Promise<number> {
  const environment = environmentOf(estate, options.environment);
  const looks = await lookAtAll(catalog, estate.target(environment), estate.probes(environment), {
    redact: options.redact,
  });
  const { topics, causes, explainedBy } = ranked(looks, catalog);
  const looked = topics.filter(({ findings }) => findings.length > 0);
  const status = worst(looked.map(({ findings }) => overall(findings)));
  if (options.json) {
    const told = topics.map(({ topic, findings, tookMs }) => ({
      topic,
      status: overall(findings),
      problems: findings
        .filter((finding) => finding.status === 'problem')
        .map(({ check, summary, severity, suggests }) => ({ check, summary, severity, suggests })),
      ...(explainedBy[topic] ? { explainedBy: explainedBy[topic] } : {}),
      tookMs,
    }));
    print(JSON.stringify({ environment, status, causes, topics: told }));
    return EXIT[status];
  }
  const titleOf = (topic: string) => catalog.get(topic)?.title ?? topic;
  print(
    `Everything (${environment}): ${status}`,
    ...looked.flatMap(({ topic, title, findings }) => [
      `${title}: ${overall(findings)}${(explainedBy[topic] ?? []).length > 0 ? `, probably because of ${explainedBy[topic]?.map(titleOf).join(', ')}` : ''}`,
      ...findings.filter((finding) => finding.status !== 'healthy').flatMap(findingLines),
    ]),
    ...(causes.length > 0
      ? [`Begin with: ${causes.map((topic) => `paksa diagnose ${topic}`).join(', ')}`]
      : []),
  );
  return EXIT[status];
}

const worst = (statuses: readonly FindingStatus[]): FindingStatus =>
  overall(statuses.map((status) => ({ status })));

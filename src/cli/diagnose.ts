/** `paksa diagnose`: reads only, and needs neither Slack nor a database. */

import { examine } from '../engine/examine.ts';
import { environmentOf, runbookOf } from '../engine/lookup.ts';
import type { Estate, Topics } from '../engine/ports.ts';
import { overall } from '../runbook/finding.ts';
import { findingLines, print } from './print.ts';
import { EXIT } from './usage.ts';

export interface DiagnoseOptions {
  readonly topic: string;
  readonly environment?: string | undefined;
  readonly json: boolean;
  readonly redact: <Value>(value: Value) => Value;
}

/** Resolves with the exit code. @throws UserError on an unknown topic or environment */
export async function diagnose(topics: Topics, estate: Estate, options: DiagnoseOptions): Promise<number> {
  const runbook = runbookOf(topics, options.topic);
  const environment = environmentOf(estate, options.environment);
  const target = estate.target(environment);
  const { findings, skipped, tookMs } = await examine(runbook, target, estate.probes(environment), {
    redact: options.redact,
  });
  const status = overall(findings);
  if (options.json) {
    const fixes = Object.entries(runbook.fixes).map(([id, { title, risk }]) => ({ id, title, risk }));
    const told = findings.map(({ check, status: found, summary, evidence, suggests }) => ({
      check,
      status: found,
      summary,
      evidence,
      suggests,
    }));
    print(JSON.stringify({ topic: runbook.topic, status, findings: told, fixes, tookMs }));
    return EXIT[status];
  }
  const suggested = [...new Set(findings.flatMap(({ suggests }) => suggests))];
  print(
    `${runbook.title} (${environment}): ${status}`,
    ...findings.flatMap(findingLines),
    ...skipped.map(({ title, why }) => `  --  ${title}: ${why}`),
    ...(status === 'problem' ? (runbook.advice ?? []) : []).map(
      ({ text, link }) => `Advice: ${text} ${link}`,
    ),
    ...suggested.map((id) => `Try: paksa fix ${runbook.topic} ${id}   (${runbook.fixes[id]?.title})`),
  );
  return EXIT[status];
}

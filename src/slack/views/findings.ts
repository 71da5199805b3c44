/** Findings as people read them: what is wrong first, with its evidence; what could not be looked at; what is well, in one line. */
import type { KnownBlock } from '@slack/types';
import type { Evidence, Finding } from '../../runbook/finding.ts';
import { context, section } from './blocks.ts';
import { clip, clipLines, escaped, plural } from './text.ts';

const SHOWN_PROBLEMS = 8;

const mark = (finding: Finding): string =>
  finding.status === 'problem'
    ? finding.severity === 'warning'
      ? '🟠'
      : '🔴'
    : finding.status === 'healthy'
      ? '✅'
      : '⚪';

export const findingLine = (finding: Finding): string =>
  `${mark(finding)} *${escaped(finding.title)}*: ${clip(escaped(finding.summary), 400)}`;

const evidenceLine = (evidence: Evidence): string =>
  Object.entries(evidence)
    .filter(([, value]) => value !== '')
    .map(
      ([key, value]) =>
        `${escaped(key)}: ${clip(escaped(Array.isArray(value) ? value.join(', ') : String(value)), 120)}`,
    )
    .join('  ·  ');

export function findingBlocks(findings: readonly Finding[]): KnownBlock[] {
  const of = (status: Finding['status']) => findings.filter((finding) => finding.status === status);
  const critical = (finding: Finding) => (finding.severity === 'critical' ? 0 : 1);
  const problems = of('problem').sort((a, b) => critical(a) - critical(b));
  const unknown = of('inconclusive');
  const well = of('healthy');
  const evidence = problems[0] ? evidenceLine(problems[0].evidence) : '';
  const rest = [
    ...unknown.map(findingLine),
    ...(well.length > 0
      ? [`✅ ${plural(well.length, 'check')} healthy: ${well.map(({ title }) => escaped(title)).join(', ')}`]
      : []),
  ];
  return [
    ...(problems.length > 0
      ? [section(clipLines(problems.slice(0, SHOWN_PROBLEMS).map(findingLine), 2800))]
      : []),
    ...(evidence === '' ? [] : [context(clip(evidence, 1500))]),
    ...(rest.length > 0 ? [section(clipLines(rest, 2000))] : []),
  ];
}

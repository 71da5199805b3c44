/** Findings as people read them: what is wrong first, with its evidence; what could not be looked at; what is well, in one line. */
import type { KnownBlock } from '@slack/types';
import type { Evidence, Finding } from '../../runbook/finding.ts';
import { context, section } from './blocks.ts';
import { AMPLE, type Room } from './room.ts';
import { clip, clipLines, oneLine, plural } from './text.ts';

const mark = (finding: Finding): string =>
  finding.status === 'problem'
    ? finding.severity === 'warning'
      ? '🟠'
      : '🔴'
    : finding.status === 'healthy'
      ? '✅'
      : '⚪';

const SHOWN_PROBLEMS = 8;

const isHealthy = ({ status }: Finding): boolean => status === 'healthy';

/** What was looked at and is well, in one line; none where nothing is. */
const wellLines = (findings: readonly Finding[]): readonly string[] => {
  const well = findings.filter(isHealthy);
  return well.length === 0
    ? []
    : [`✅ ${plural(well.length, 'check')} healthy: ${well.map(({ title }) => oneLine(title)).join(', ')}`];
};

/** Of all that was seen at once: what is wrong, and what could not be looked at, a line each; then what is well, half as long. */
export function seenLines(findings: readonly Finding[], most: number): readonly string[] {
  const left = findings.filter((finding) => !isHealthy(finding)).map(findingLine);
  const well = wellLines(findings).map((line) => clip(line, most / 2));
  return [...(left.length === 0 ? [] : [clipLines(left, most)]), ...well];
}

export const findingLine = (finding: Finding): string =>
  `${mark(finding)} *${clip(oneLine(finding.title), 150)}*: ${clip(oneLine(finding.summary), 400)}`;

export const evidenceLine = (evidence: Evidence): string =>
  Object.entries(evidence)
    .filter(([, value]) => value !== '')
    .map(
      ([key, value]) =>
        `${clip(oneLine(key), 40)}: ${clip(oneLine(Array.isArray(value) ? value.join(', ') : String(value)), 120)}`,
    )
    .join('  ·  ');

export function findingBlocks(findings: readonly Finding[], room: Room = AMPLE): KnownBlock[] {
  const of = (status: Finding['status']) => findings.filter((finding) => finding.status === status);
  const critical = (finding: Finding) => (finding.severity === 'critical' ? 0 : 1);
  const problems = of('problem').sort((a, b) => critical(a) - critical(b));
  const unknown = of('inconclusive');
  const evidence = problems[0] ? evidenceLine(problems[0].evidence) : '';
  const rest = [...unknown.map(findingLine), ...wellLines(findings)];
  return [
    ...(problems.length > 0
      ? [section(clipLines(problems.map(findingLine), room.problems, SHOWN_PROBLEMS))]
      : []),
    ...(evidence === '' ? [] : [context(clip(evidence, room.evidence))]),
    ...(rest.length > 0 ? [section(clipLines(rest, room.others))] : []),
  ];
}

/** Findings and previews as lines of a terminal. */
import type { Finding } from '../runbook/finding.ts';
import type { Preview } from '../runbook/fix.ts';

const MARKS = { healthy: 'ok', problem: '!!', inconclusive: '??' } as const;

/** A terminal obeys control characters: text from outside comes without them. */
export const shown = (text: string): string => text.replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '');

export function findingLines(finding: Finding): string[] {
  const evidence = Object.entries(finding.evidence).map(
    ([key, value]) => `       ${key}: ${Array.isArray(value) ? value.join(', ') : value}`,
  );
  return [
    `  ${MARKS[finding.status]}  ${finding.title}: ${finding.summary}`,
    ...(finding.status === 'problem' ? evidence : []),
  ].map(shown);
}

export const previewLines = (preview: Preview): string[] =>
  [
    preview.summary,
    ...preview.changes.map(({ what, before, after }) => `  ${what}: ${before} -> ${after}`),
    ...(preview.unseen ?? []).map((what) => `  Not looked at: ${what}`),
    ...preview.notes.map((note) => `  ${note}`),
  ].map(shown);

export const print = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.join('\n')}\n`);
};

/** Milliseconds as people write a delay: `10 min`, `1 h 30 min`, `45 s`. */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1000);
  const parts = [
    [Math.floor(minutes / 60), 'h'],
    [minutes % 60, 'min'],
    [seconds, 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : [])).join(' ') || '0 s';
}

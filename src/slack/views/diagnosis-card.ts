/** A diagnosis while it runs, and what is left to say of it when no incident's card takes its place. */
import type { Diagnosis } from '../../engine/ports.ts';
import { overall } from '../../runbook/finding.ts';
import { context, section, type View } from './blocks.ts';
import { findingBlocks } from './findings.ts';
import { clip, clipLines, escaped, LIMIT, oneLine, person, plural } from './text.ts';

/** `title` and `checks` (how many there are) come from the runbook; `incidentAt` is a link to the incident's card. */
export function diagnosisCard(
  diagnosis: Diagnosis,
  { title, checks, incidentAt }: { title: string; checks: number; incidentAt?: string | undefined },
): View {
  const { findings, skipped, state, environment, tookMs, incident } = diagnosis;
  const about = `*${clip(oneLine(title), 150)}* · ${clip(oneLine(environment), 80)}`;
  const asked = `asked for by ${person(diagnosis.requestedBy)}`;
  if (state === 'running')
    return {
      text: clip(escaped(`Looking at ${title} (${environment})`), LIMIT.fallback),
      blocks: [
        section(`🔎 ${about}: looking, ${findings.length} of ${checks - skipped.length} checks are back`),
        ...findingBlocks(findings),
        context(asked),
      ],
    };
  const status = overall(findings);
  const card =
    incident === undefined ? '' : incidentAt === undefined ? `*${incident}*` : `<${incidentAt}|${incident}>`;
  // One from before an upgrade does not say: it resolved what it joined.
  const isResolved = diagnosis.resolved ?? true;
  const again = isResolved
    ? `✅ healthy again: ${card} is resolved`
    : `✅ healthy: ${card} stays open, because a fix or a procedure is under way in it, or an alert fires`;
  const verdict = {
    healthy: incident === undefined ? '✅ healthy' : again,
    problem: `🔁 still a problem: ${card} is open, and its card shows what was found just now`,
    inconclusive: '⚪ not everything could be looked at, so this is no all-clear',
  }[status];
  const leftOut = skipped.map(({ title: check, why }) => `_${escaped(check)}_: ${escaped(why)}`);
  return {
    text: clip(escaped(`${title} (${environment}): ${status}`), LIMIT.fallback),
    blocks: [
      section(`${about}: ${verdict}`),
      ...findingBlocks(findings),
      ...(leftOut.length > 0 ? [context(clipLines(leftOut, 1500))] : []),
      context(`${plural(findings.length, 'check')} in ${((tookMs ?? 0) / 1000).toFixed(1)} s · ${asked}`),
    ],
  };
}

/** The step that a procedure is at: what is to be done, what was seen, its fix with the decision, and its buttons. */
import type { Button, KnownBlock } from '@slack/types';
import { type Incident, isWorking, proposedFix } from '../../incident/incident.ts';
import {
  isLooking,
  isStuck,
  numberOf,
  type ProcedureRun,
  type StepFinding,
  type StepRun,
} from '../../incident/plan.ts';
import { attemptBlocks } from './attempt.ts';
import { actions, button, section } from './blocks.ts';
import { encode } from './button-value.ts';
import { markOf } from './checklist.ts';
import type { Room } from './room.ts';
import { clip, clipLines, escaped, oneLine, person } from './text.ts';

export function stepBlocks(incident: Incident, run: ProcedureRun, step: StepRun, room: Room): KnownBlock[] {
  const lines = [
    heading(run, step, room),
    ...(step.kind === 'person' ? step.instructions.map((line) => `• ${escaped(line)}`) : []),
    ...stepFindingLines(step.findings ?? []),
  ];
  return [
    section(clipLines(lines, room.instructions)),
    ...fixOfStep(incident, step, room),
    ...actions(buttons(incident, step)),
  ];
}

function heading(run: ProcedureRun, step: StepRun, room: Room): string {
  const title = `${markOf(step)} *Step ${numberOf(run, step)} of ${run.steps.length}: ${clip(oneLine(step.title), room.step)}*`;
  if (step.state === 'failed')
    return `${title} failed: ${clip(oneLine(step.note ?? ''), room.prose)}. It waits until somebody tries again or skips it.`;
  if (step.kind === 'look') return `${title}: looking…`;
  if (step.kind === 'person')
    return step.assignee === undefined
      ? `${title}: who takes it?`
      : `${title}: ${clip(person(step.assignee), 150)} is at it`;
  if (isLooking(step)) return `${title}: looking whether it is needed…`;
  return step.attempt === undefined ? `${title}: waits until the other fix has been verified` : title;
}

/** The preview and the decision, or how far the fix is. */
function fixOfStep(incident: Incident, step: StepRun, room: Room): KnownBlock[] {
  if (step.kind !== 'fix') return [];
  const fix = proposedFix(incident, step.fix);
  const attempt = incident.attempts[step.fix];
  return fix && attempt && step.attempt !== undefined ? attemptBlocks(incident, fix, attempt, room) : [];
}

function buttons(incident: Incident, step: StepRun): Button[] {
  const value = encode({ incident: incident.id, part: step.id, version: step.round });
  const of = (text: string, verb: string, style?: 'primary') =>
    button(text, `${verb}:${step.id}`, value, style ? { style } : {});
  const attempt = step.kind === 'fix' ? incident.attempts[step.fix] : undefined;
  const isActing = step.state === 'doing' && attempt !== undefined && isWorking(attempt);
  return [
    ...(step.kind === 'person' && step.state === 'doing'
      ? [
          ...(step.assignee === undefined ? [of('I take it', 'take')] : []),
          of('Done', 'tick', 'primary'),
          of('Could not…', 'could-not'),
        ]
      : []),
    ...(isStuck(step) && !isActing ? [of('Try again', 'retry'), of('Skip…', 'skip')] : []),
  ];
}

const SEEN = { problem: '🔴', inconclusive: '⚪', healthy: '✅', skipped: '▫️' } as const;

/** What is wrong first. */
export const stepFindingLines = (findings: readonly StepFinding[]): string[] =>
  (['problem', 'inconclusive', 'healthy', 'skipped'] as const).flatMap((status) =>
    findings
      .filter((finding) => finding.status === status)
      .map(
        ({ title, summary }) =>
          `${SEEN[status]} *${clip(oneLine(title), 100)}*: ${clip(oneLine(summary), 250)}`,
      ),
  );

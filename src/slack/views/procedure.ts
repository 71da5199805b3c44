/** A procedure on the incident's card: who runs it, its checklist, the step that it is at, and what a look has shown. */
import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../incident/incident.ts';
import { currentStep, type ProcedureRun } from '../../incident/plan.ts';
import { context, divider, section } from './blocks.ts';
import { checklist } from './checklist.ts';
import type { Room } from './room.ts';
import { stepBlocks, stepFindingLines } from './step.ts';
import { clip, clipLines, dateAndTime, LIMIT, oneLine, person, took } from './text.ts';

export function procedureBlocks(incident: Incident, room: Room): KnownBlock[] {
  const run = incident.procedure;
  if (!run) return [];
  const step = currentStep(run);
  const began = `${run.emergency ? 'declared' : 'started'} by ${person(run.startedBy)} ${dateAndTime(run.startedAt)}`;
  const head = `${run.emergency ? '🚨' : '📋'} *${clip(oneLine(run.title), 150)}*${ending(run, room)}`;
  const seen = step?.findings ? [] : lastSeen(run);
  return [
    divider,
    section(`${head}\n${checklist(run, room, LIMIT.section - [...head].length - 1)}`),
    // Between the list and the step: otherwise they run into each other.
    context(began),
    ...(step ? stepBlocks(incident, run, step, room) : []),
    ...(seen.length > 0 ? [context(clipLines(seen, room.instructions))] : []),
  ];
}

function ending({ ended, startedAt }: ProcedureRun, room: Room): string {
  if (!ended) return '';
  const lasted = took(ended.at - startedAt);
  if (ended.how === 'finished') return `: gone through to its end, in ${lasted}`;
  const why = ended.why === undefined ? '' : `: ${clip(oneLine(ended.why), room.prose)}`;
  return `: stopped by ${clip(person(ended.by), 150)} after ${lasted}${why}`;
}

/** While the procedure goes on, what its last look found is at hand, until a fix has changed that. */
function lastSeen(run: ProcedureRun): string[] {
  const done = run.steps.filter(({ state }) => state === 'done');
  const changing = done.findLastIndex(({ kind }) => kind === 'fix');
  const looked = done.slice(changing + 1).findLast(({ kind }) => kind === 'look');
  return run.ended || !looked
    ? []
    : [`_${clip(oneLine(looked.title), 100)}_:`, ...stepFindingLines(looked.findings ?? [])];
}

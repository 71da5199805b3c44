/** A procedure as a checklist: what is done, by whom and when, where it is, and what is still to come. */
import { currentStep, type ProcedureRun, type StepRun } from '../../incident/plan.ts';
import type { Room } from './room.ts';
import { clip, clipLines, oneLine, person, plural, time, took } from './text.ts';

const MARKS: Record<StepRun['state'], string> = {
  waiting: '○',
  doing: '▶️',
  done: '✔️',
  failed: '✖️',
  skipped: '⏭️',
  left: '–',
};

export const markOf = ({ state, isOverdue }: StepRun): string =>
  state === 'doing' && isOverdue ? '⏰' : MARKS[state];

/** Characters for how many steps are not listed, above and below. */
const HIDDEN = 60;

/** One line a step, at most `limit` characters. Of more than there is room for, those that ended first are counted. */
export function checklist(run: ProcedureRun, room: Room, limit: number): string {
  const current = currentStep(run);
  const at = current ? run.steps.indexOf(current) : run.steps.length - 1;
  const lines = run.steps.map((step, index) => line(step, index + 1, step === current, room));
  // The current step, and the one before it, are always among the lines.
  const most = Math.max(0, at - 1);
  let hidden = Math.min(Math.max(0, lines.length - room.steps), most);
  while (hidden < most && lengthOf(lines.slice(hidden)) > limit - HIDDEN) hidden += 1;
  const shown = lines.slice(hidden);
  return clipLines(
    hidden > 0 ? [`✔️ _${plural(hidden, 'earlier step')}_`, ...shown] : shown,
    limit,
    room.steps + 1,
  );
}

const lengthOf = (lines: readonly string[]): number => [...lines.join('\n')].length;

function line(step: StepRun, number: number, isCurrent: boolean, room: Room): string {
  const title = clip(oneLine(step.title), room.step);
  const said = [isCurrent ? `*${title}*` : title, ...how(step, room)].join(' · ');
  return `${markOf(step)} ${number}. ${said}`;
}

/** Who ended it and when, or until when it is to be done. */
function how(step: StepRun, room: Room): string[] {
  const when = (ms: number | undefined, before = '') =>
    room.times && ms !== undefined ? [`${before}${time(ms)}`] : [];
  const isOwn = step.state === 'skipped' && step.by === 'paksa';
  const said = isOwn ? inShort(step.note) : step.note;
  const note = said === undefined ? [] : [`_${clip(oneLine(said), room.step)}_`];
  const by = step.by === undefined ? [] : [clip(person(step.by), room.step)];
  switch (step.state) {
    case 'waiting':
    case 'left':
      return [];
    case 'doing':
      return [
        ...(step.assignee === undefined ? [] : [clip(person(step.assignee), room.step)]),
        ...when(step.dueAt, step.isOverdue ? '*overdue* since ' : 'due by '),
      ];
    case 'done':
      return [...by, ...when(step.endedAt), ...(room.times ? lasted(step) : []), ...seen(step)];
    case 'failed':
      return [...by, ...when(step.endedAt), ...(room.times ? note : [])];
    case 'skipped':
      return isOwn ? note : [...by, ...when(step.endedAt), ...(room.times ? note : [])];
  }
}

/** What Paksa passes over by itself would be many lines on a phone: the thread has the details. */
const inShort = (note: string | undefined): string | undefined => note?.split(/: | \(/, 1)[0];

const lasted = ({ startedAt = 0, endedAt = startedAt }: StepRun): string[] =>
  endedAt - startedAt < 1000 ? [] : [took(endedAt - startedAt)];

/** What a look came to, as a count: the thread has the findings. */
function seen({ kind, findings = [] }: StepRun): string[] {
  if (kind !== 'look') return [];
  const count = (mark: string, status: string) => {
    const many = findings.filter((finding) => finding.status === status).length;
    return many > 0 ? [`${mark} ${many}`] : [];
  };
  const counts = [...count('🔴', 'problem'), ...count('⚪', 'inconclusive'), ...count('✅', 'healthy')];
  return counts.length > 0 ? [counts.join(' ')] : [];
}

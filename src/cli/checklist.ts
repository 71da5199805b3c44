/** A procedure as lines of a terminal. */
import { currentStep, numberOf, type ProcedureRun, type StepRun } from '../incident/plan.ts';
import { duration, shown } from './print.ts';

const MARKS: Record<StepRun['state'], string> = {
  waiting: '..',
  doing: '>>',
  done: 'ok',
  failed: '!!',
  skipped: '--',
  left: '  ',
};
const SEEN = { healthy: 'ok', problem: '!!', inconclusive: '??', skipped: '--' } as const;

export const procedureLines = (run: ProcedureRun): string[] =>
  run.steps.flatMap((step) => stepLines(run, step));

export function stepLines(run: ProcedureRun, step: StepRun): string[] {
  const mark = step.state === 'doing' && step.isOverdue ? '!>' : MARKS[step.state];
  const findings =
    step.kind === 'look'
      ? (step.findings ?? []).map(
          ({ title, status, summary }) => `         ${SEEN[status]}  ${title}: ${summary}`,
        )
      : [];
  const instructions =
    step.kind === 'person' && step === currentStep(run)
      ? step.instructions.map((line) => `         ${line}`)
      : [];
  const said = [`${numberOf(run, step)}. ${step.title}`, how(step)].filter((part) => part !== '').join(': ');
  return [`  ${mark}  ${said}`, ...findings, ...instructions].map(shown);
}

function how(step: StepRun): string {
  const note = step.note === undefined ? '' : `: ${step.note}`;
  const by = (step.by ?? '').replace(/^cli:/, '');
  const lasted = duration((step.endedAt ?? 0) - (step.startedAt ?? 0));
  switch (step.state) {
    case 'done':
      return `done by ${by} in ${lasted}${note}`;
    case 'failed':
    case 'skipped':
      return `${step.state} by ${by}${note}`;
    case 'doing':
      return [
        step.isOverdue ? 'overdue' : 'now',
        ...(step.assignee === undefined ? [] : [step.assignee.replace(/^cli:/, '')]),
      ].join(', ');
    case 'waiting':
      return '';
    case 'left':
      return 'left undone';
  }
}

/** What happens to a procedure: started, each of its steps looked at, taken, ticked, tried again or skipped, and stopped. */

import { rearmed } from '../policy/ladder.ts';
import { type Finding, healthy, overall } from '../runbook/finding.ts';
import { type Move, raise } from './escalation.ts';
import { type Happening, PAKSA } from './event.ts';
import { type Incident, isWorking } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';
import {
  currentStep,
  isLooking,
  isStuck,
  type ProcedureRun,
  type StepFinding,
  type StepRef,
  type StepRun,
  underway,
} from './plan.ts';
import { withdraw } from './request.ts';
import { begin, end, fail, put, stop } from './step.ts';

type Of<Name extends Happening['type']> = Extract<Happening, { type: Name }>;
export type ProcedureHappening = Of<'procedure-started'> | Of<'procedure-stopped'> | StepHappening;
type StepHappening = Extract<Happening, StepRef>;

export function proceeded(incident: Incident, event: ProcedureHappening): Transition {
  switch (event.type) {
    case 'procedure-started':
      return started(incident, event);
    case 'procedure-stopped':
      return stopped(incident, event);
    default:
      return stepped(incident, event);
  }
}

function started(incident: Incident, event: Of<'procedure-started'>): Transition {
  const running = underway(incident);
  if (running) return refuse(`“${running.title}” is under way already.`, running.startedBy);
  const former = incident.procedure?.round ?? 0;
  if (event.round !== undefined && event.round !== former)
    return refuse('A procedure has been gone through since: look at the card again.');
  const { plan, fixes, at, actor } = event;
  const round = former + 1;
  const steps = plan.steps.map((step): StepRun => ({ ...step, state: 'waiting', round: 0 }));
  const run: ProcedureRun = { ...plan, steps, from: round, round, startedBy: actor, startedAt: at };
  const next: Incident = { ...incident, fixes, procedure: run };
  if (!plan.emergency) return moved(next);
  const declared: Incident = { ...next, severity: 'critical' };
  // Whoever is being paged already is not paged again for it.
  if (declared.status === 'open' && declared.ladder.state === 'climbing') return moved(declared);
  const ladder = rearmed(declared.ladder, declared.policy.escalation, at);
  const raised = raise({ ...declared, ladder }, at, 'An emergency was declared.');
  return moved(raised.next, raised.effects);
}

function stopped(incident: Incident, event: Of<'procedure-stopped'>): Transition {
  const run = underway(incident);
  if (!run || event.round < run.from)
    return refuse('That procedure is not under way any more.', incident.procedure?.ended?.by);
  if (isActing(incident, currentStep(run))) return refuse(UNDER_ITS_FIX);
  const how = { at: event.at, by: event.actor, note: event.reason };
  return event.reason.trim() === '' ? refuse(SAY_WHY) : from(stop(incident, run, how));
}

const UNDER_ITS_FIX = 'Its fix is under way: wait until it has been verified.';
const SAY_WHY = 'Say why: whoever reads this later has to know.';

const from = ({ next, effects }: Move): Transition => moved(next, effects);

/** Whether Paksa has its hands on the infrastructure for this step. */
function isActing(incident: Incident, step: StepRun | undefined): boolean {
  if (step?.kind !== 'fix' || step.state !== 'doing' || step.attempt === undefined) return false;
  const attempt = incident.attempts[step.fix];
  return attempt !== undefined && isWorking(attempt);
}

function stepped(incident: Incident, event: StepHappening): Transition {
  const found = stepAt(incident, event);
  if ('refusal' in found) return found.refusal;
  const { run, step } = found;
  const { at, actor: by } = event;
  const stillDoing = (): Transition | undefined =>
    step.state === 'doing' ? undefined : refuse(`“${step.title}” has failed already.`, step.by);
  const forPeople = (): Transition | undefined =>
    stillDoing() ?? (step.kind === 'person' ? undefined : refuse('That step is Paksa’s own.'));
  switch (event.type) {
    case 'step-looked':
      return isLooking(step)
        ? looked(cleared(incident, event.findings), run, step, event)
        : refuse('It has been looked at already.');
    case 'step-taken': {
      const refused = forPeople();
      if (refused) return refused;
      return step.assignee === undefined
        ? moved(put(incident, run, { ...step, assignee: by }))
        : refuse(`“${step.title}” has been taken already.`, step.assignee);
    }
    case 'step-done':
      return forPeople() ?? from(end(incident, run, step, 'done', { at, by }));
    case 'step-failed': {
      const refused = by === PAKSA ? stillDoing() : forPeople();
      if (refused) return refused;
      if (event.reason.trim() === '') return refuse(SAY_WHY);
      return from(fail({ next: incident, effects: [] }, run, step, { at, by, note: event.reason }));
    }
    case 'step-retried':
    case 'step-skipped': {
      if (!isStuck(step)) return refuse(`“${step.title}” is under way, and not overdue yet.`);
      if (isActing(incident, step)) return refuse(UNDER_ITS_FIX);
      const freed = (why: string) => (step.kind === 'fix' ? withdraw(incident, step.fix, why) : incident);
      if (event.type === 'step-retried') return from(begin(freed('the step was begun again'), run, step, at));
      return event.reason.trim() === ''
        ? refuse(SAY_WHY)
        : from(end(freed('the step was skipped'), run, step, 'skipped', { at, by, note: event.reason }));
    }
  }
}

type Meant = { readonly run: ProcedureRun; readonly step: StepRun } | { readonly refusal: Transition };

/** The step meant, if the procedure is at it and this is its latest try. */
function stepAt(incident: Incident, ref: StepRef): Meant {
  const run = underway(incident);
  if (!run) {
    const { ended } = incident.procedure ?? {};
    return { refusal: refuse('That procedure is not under way any more.', ended?.by) };
  }
  const step = run.steps.find(({ id }) => id === ref.step);
  if (step?.state === 'done' || step?.state === 'skipped')
    return { refusal: refuse(`“${step.title}” is ${step.state} already.`, step.by) };
  return step?.round === ref.round && step.state !== 'waiting'
    ? { run, step }
    : { refusal: refuse('That step has been begun again since: look at the card again.') };
}

/** What was seen ends a look; before a fix it says whether the fix is needed. */
function looked(
  incident: Incident,
  run: ProcedureRun,
  step: StepRun,
  { findings, at, actor: by }: Of<'step-looked'>,
): Transition {
  const seen: StepRun = { ...step, findings };
  const ended = (state: 'done' | 'skipped', note?: string) =>
    from(end(incident, run, seen, state, { at, by, ...(note === undefined ? {} : { note }) }));
  const of = (status: StepFinding['status']) => findings.filter((finding) => finding.status === status);
  const verdicts = findings.flatMap(({ status }) => (status === 'skipped' ? [] : [{ status }]));
  if (step.kind === 'fix')
    return overall(verdicts) === 'healthy'
      ? ended('skipped', `not needed: ${summaries(of('healthy'))}`)
      : moved(put(incident, run, seen));
  if (verdicts.length === 0) return ended('skipped', `nothing to look at here: ${summaries(findings)}`);
  const [problems, unknown] = [of('problem').length, of('inconclusive').length];
  if (step.kind !== 'look' || !step.mustBeHealthy || problems + unknown === 0) return ended('done');
  const note = [
    ...(problems > 0 ? [`${problems} of ${findings.length} checks see a problem`] : []),
    ...(unknown > 0 ? [`${unknown} could not look`] : []),
  ].join(', ');
  return from(fail({ next: incident, effects: [] }, run, seen, { at, by, note }));
}

/** What is healthy by now is a problem no more, whatever was seen before. */
function cleared(incident: Incident, seen: readonly StepFinding[]): Incident {
  const now = ({ check, title, status }: Finding): Finding | undefined => {
    const well = seen.find((finding) => finding.check === check && finding.status === 'healthy');
    return well && status !== 'healthy' ? { check, title, ...healthy(well.summary) } : undefined;
  };
  return { ...incident, findings: incident.findings.map((finding) => now(finding) ?? finding) };
}

const summaries = (findings: readonly StepFinding[]): string =>
  findings.map(({ title, summary }) => `${title}: ${summary}`).join('; ');

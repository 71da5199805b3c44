/** One emergency gone through on a real stack: people are played, who approve, take, tick and try again. */

import { decide } from '../../src/engine/decide.ts';
import type { Attempt, Incident } from '../../src/incident/incident.ts';
import { currentStep, type ProcedureRun, type StepRun } from '../../src/incident/plan.ts';
import { type Operator, TESTER } from './operator.ts';
import { GiveUp, until } from './until.ts';

/** Longer than any single step takes: pods are replaced, databases restored. */
const STEP_MS = 240_000;
const EVERY_MS = 200;

export interface Drive {
  readonly incident: string;
  /** As it is now. */
  read(): Promise<{ readonly incident: Incident; readonly run: ProcedureRun }>;
  /** Waits until the procedure is at this step and waits for somebody there. @throws Error when it waits elsewhere, or failed */
  arrive(step: string): Promise<StepRun>;
  /** Approves the step's fix, as somebody else than who declared; resolves when the step has ended so. */
  approve(step: string, expected?: 'done' | 'failed'): Promise<Approved>;
  /** Approves every fix up to this step, where it waits for somebody. @returns the steps whose fixes were needed */
  approveUntil(step: string): Promise<readonly string[]>;
  /** A person takes it, and says that it is done. */
  tick(step: string): Promise<void>;
  /** Begins a failed step again. */
  retry(step: string): Promise<void>;
  /** Resolves when it was gone through to its end. */
  finished(): Promise<ProcedureRun>;
  /** Takes back what a fix of it has done; resolves when that was verified. */
  undo(fix: string): Promise<Attempt>;
}

export interface Approved {
  readonly step: StepRun;
  /** As it was previewed. */
  readonly attempt: Attempt;
}

/** `id`: the incident in which it was started. */
export function driveIn(operator: Operator, id: string): Drive {
  const { engine, read: readIncident, say, approve: approveAs } = operator;
  const read = async () => {
    const incident = await readIncident(id);
    if (!incident.procedure) throw new Error(`${id} has no procedure`);
    return { incident, run: incident.procedure };
  };

  /** Asks until the answer is there; what the procedure does instead of it ends the asking. */
  const wait = <Answer>(
    what: string,
    ask: (now: Awaited<ReturnType<typeof read>>) => Answer | undefined,
  ): Promise<Answer> =>
    until(async () => ask(await read()), {
      what,
      within: STEP_MS,
      every: EVERY_MS,
      explain: async () => outline((await read()).run).join('\n'),
    });

  const stepOf = (run: ProcedureRun, step: string): StepRun => {
    const found = run.steps.find((each) => each.id === step);
    if (!found) throw new GiveUp(`there is no step ${step}`);
    return found;
  };

  const arrive = (wanted?: string): Promise<StepRun> =>
    wait(`the step ${wanted ?? 'that comes next'}`, ({ incident, run }) => {
      const step = currentStep(run);
      if (!step) throw new GiveUp(`it has ended without it\n${outline(run).join('\n')}`);
      if (step.state !== 'failed' && !awaits(incident, step)) return undefined;
      if (step.id === (wanted ?? step.id) && step.state !== 'failed') return step;
      throw new GiveUp(`it waits at ${lineOf(step)}\n${seen(step)}`);
    });

  /** The next end of a step whose fix was approved. */
  const ended = (wanted: string): Promise<StepRun> =>
    wait(`the end of the step ${wanted}`, ({ incident, run }) => {
      const step = stepOf(run, wanted);
      if (awaits(incident, step)) throw new GiveUp('what was previewed has moved on since: it asks again');
      return step.endedAt === undefined ? undefined : step;
    });

  const approve: Drive['approve'] = async (wanted, expected = 'done') => {
    const step = await arrive(wanted);
    if (step.kind !== 'fix') throw new Error(`${wanted} is no fix`);
    const attempt = (await readIncident(id)).attempts[step.fix];
    if (!attempt?.preview) throw new Error(`${wanted} has no preview`);
    const decision = { decision: 'approve', fix: step.fix, round: attempt.round } as const;
    // Whoever declared it asked for it.
    const own = await decide(engine, id, decision, { id: TESTER, groups: [] });
    if (own.done) throw new Error(`${wanted} was approved by who asked for it`);
    await approveAs(id, decision);
    const end = await ended(wanted);
    if (end.state !== expected)
      throw new Error(`approved, it ended as ${lineOf(end)}\n${await verified(operator, id)}`);
    return { step: end, attempt };
  };

  return {
    incident: id,
    read,
    arrive,
    approve,
    approveUntil: async (wanted) => {
      const needed: string[] = [];
      for (;;) {
        const step = await arrive();
        if (step.id === wanted) return needed;
        await approve(step.id);
        needed.push(step.id);
      }
    },
    tick: async (wanted) => {
      const { round } = await arrive(wanted);
      await say(id, { decision: 'take-step', step: wanted, round });
      await say(id, { decision: 'tick-step', step: wanted, round });
    },
    retry: async (wanted) => {
      const { run } = await read();
      await say(id, { decision: 'retry-step', step: wanted, round: stepOf(run, wanted).round });
    },
    finished: () =>
      wait('the end of the procedure', ({ incident, run }) => {
        const step = currentStep(run);
        if (step && (step.state === 'failed' || awaits(incident, step)))
          throw new GiveUp(`it waits at ${lineOf(step)}\n${seen(step)}`);
        return run.ended ? run : undefined;
      }),
    undo: async (fix) => {
      const { round } = (await readIncident(id)).attempts[fix] ?? { round: 0 };
      await say(id, { decision: 'undo', fix, round });
      return wait(`the undo of ${fix}`, ({ incident }) => {
        const attempt = incident.attempts[fix];
        return attempt?.stage === 'undone' || attempt?.stage === 'undo-failed' ? attempt : undefined;
      });
    },
  };
}

/** Whether somebody has to do something before it goes on. */
function awaits({ attempts }: Incident, step: StepRun): boolean {
  if (step.state !== 'doing') return false;
  if (step.kind === 'person') return true;
  return (
    step.kind === 'fix' && step.attempt !== undefined && attempts[step.fix]?.stage === 'awaiting-approval'
  );
}

/** A line a step: what became of it, and why. */
export const outline = (run: ProcedureRun): readonly string[] => run.steps.map(lineOf);

const lineOf = ({ id, state, note }: StepRun): string =>
  `${id}: ${state}${note === undefined ? '' : ` (${note})`}`;

const seen = ({ findings = [] }: StepRun): string =>
  findings.map(({ title, status, summary }) => `  ${status} ${title}: ${summary}`).join('\n');

/** What the last verification saw. */
async function verified({ engine }: Operator, id: string): Promise<string> {
  const log = await engine.store.log(id);
  const last = log.map(({ happening }) => happening).findLast(({ type }) => type === 'verified');
  const all = last?.type === 'verified' ? last.findings : [];
  return all.map(({ check, status, summary }) => `  ${status} ${check}: ${summary}`).join('\n');
}

/** What became of each step, without the reasons. */
export const statesOf = (run: ProcedureRun): Readonly<Record<string, StepRun['state']>> =>
  Object.fromEntries(run.steps.map(({ id, state }) => [id, state]));

/**
 * `paksa emergency` and `paksa procedure`: declared or started as from Slack, and gone through here, question by question.
 * While it waits, the terminal is one more replica: it works on the tasks that need no Slack.
 */
import { userInfo } from 'node:os';
import { type Decision, decide } from '../engine/decide.ts';
import { environmentOf, procedureOf, runbookOf } from '../engine/lookup.ts';
import { startProcedure } from '../engine/procedure.ts';
import { UserError } from '../errors.ts';
import { fingerprintOf, type Incident } from '../incident/incident.ts';
import { type ProcedureRun, type StepRun, underway } from '../incident/plan.ts';
import type { Engine } from '../open-engine.ts';
import { procedureLines, stepLines } from './checklist.ts';
import { question } from './question.ts';
import { isYes, type Terminal, until } from './terminal.ts';
import { EXIT } from './usage.ts';

export interface ProcedureOptions {
  readonly topic: string;
  /** The topic's emergency when unset. */
  readonly procedure?: string | undefined;
  readonly environment?: string | undefined;
  /** Starts it, and approves its fixes, without asking. */
  readonly yes: boolean;
}

/** Resolves with the exit code. @throws UserError when it cannot be started */
export async function procedure(
  engine: Engine,
  options: ProcedureOptions,
  terminal: Terminal,
): Promise<number> {
  const actor = { id: `cli:${userInfo().username}`, groups: [] };
  await engine.jobs.work(engine.handlers);
  const open = (await running(engine, options)) ?? (await started(engine, options, terminal, actor.id));
  if (!open) return EXIT.problem;
  terminal.say(`${open.id}  ${open.procedure?.title ?? open.title} (${open.environment})`);

  let known = '';
  let refusedAt: number | undefined;
  for (;;) {
    const { incident, run } = await until(
      async () => {
        const now = await engine.store.incident(open.id);
        return now?.procedure ? { incident: now, run: now.procedure } : undefined;
      },
      // What was refused is not asked again before something has changed.
      (now) =>
        now.incident.version !== refusedAt &&
        (now.run.ended !== undefined ||
          shape(now.run) !== known ||
          question(now.incident, actor.id) !== undefined),
    );
    const news = changed(run, known);
    if (news.length > 0) terminal.say(...news);
    known = shape(run);
    if (run.ended) {
      terminal.say(
        run.ended.how === 'finished'
          ? `Gone through to its end. Resolve ${open.id} when all is well.`
          : `Stopped: ${run.ended.why ?? ''}`,
      );
      return run.ended.how === 'finished' ? EXIT.healthy : EXIT.problem;
    }
    const asked = question(incident, actor.id);
    if (!asked) continue;
    const answer = await asked(terminal, options.yes);
    if (answer === 'leave') {
      terminal.say(`It goes on without you: the same command, or the card of ${open.id}, continues it.`);
      return EXIT.problem;
    }
    const applied = await decide(engine, open.id, redacted(engine, answer), actor);
    refusedAt = applied.done ? undefined : incident.version;
    // Such as what somebody else has done meanwhile.
    if (!applied.done) terminal.say(applied.why);
  }
}

/** The incident in which it is under way already. */
async function running(engine: Engine, options: ProcedureOptions): Promise<Incident | undefined> {
  const runbook = runbookOf(engine.topics, options.topic);
  const fingerprint = fingerprintOf(environmentOf(engine.working.estate, options.environment), runbook.topic);
  const id = procedureOf(runbook, options.procedure);
  const incidents = await engine.store.openIncidents();
  return incidents.find((incident) => incident.fingerprint === fingerprint && underway(incident)?.id === id);
}

/** Undefined when whoever was asked did not want it. @throws UserError */
async function started(
  engine: Engine,
  { yes, ...request }: ProcedureOptions,
  terminal: Terminal,
  requestedBy: string,
): Promise<Incident | undefined> {
  const runbook = runbookOf(engine.topics, request.topic);
  const id = procedureOf(runbook, request.procedure);
  const { title = id, steps = {} } = runbook.procedures?.[id] ?? {};
  const isEmergency = runbook.emergency === id;
  const environment = environmentOf(engine.working.estate, request.environment);
  terminal.say(
    `${title} (${environment})`,
    ...Object.values(steps).map((step, index) => `  ..  ${index + 1}. ${step.title}`),
  );
  const asked = isEmergency ? 'Declare it? The first level is paged at once. [y/N]' : 'Start it? [y/N]';
  if (!yes && !isYes(await terminal.ask(asked))) {
    terminal.say(isEmergency ? 'Nothing was declared.' : 'Nothing was started.');
    return undefined;
  }
  const begun = await startProcedure(engine.working, { ...request, requestedBy });
  if (!begun.done) throw new UserError(begun.why);
  return begun.incident;
}

function redacted({ redact }: Engine, decision: Decision): Decision {
  if ('reason' in decision && decision.reason !== undefined)
    return { ...decision, reason: redact(decision.reason) };
  return 'breakGlass' in decision && decision.breakGlass !== undefined
    ? { ...decision, breakGlass: redact(decision.breakGlass) }
    : decision;
}

/** What of it can be seen. */
const shape = (run: ProcedureRun): string => procedureLines(run).join('\n');

/** All of it at first, and then the steps that have changed. */
function changed(run: ProcedureRun, known: string): string[] {
  if (known === '') return procedureLines(run);
  const before = new Set(known.split('\n'));
  const isNew = (step: StepRun) => stepLines(run, step).some((line) => !before.has(line));
  return run.steps.filter(isNew).flatMap((step) => stepLines(run, step));
}

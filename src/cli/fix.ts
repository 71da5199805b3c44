/**
 * `paksa fix`: the whole way, from a diagnosis to a verified fix, recorded like one from Slack. While it waits, the terminal
 * is one more replica: it works on the tasks that need no Slack.
 */
import { userInfo } from 'node:os';
import { type Decision, decide } from '../engine/decide.ts';
import { requestDiagnosis } from '../engine/diagnose.ts';
import { fixOf, runbookOf } from '../engine/lookup.ts';
import { UserError } from '../errors.ts';
import { type Attempt, isUndecided, isWorking } from '../incident/incident.ts';
import { underway } from '../incident/plan.ts';
import type { Engine } from '../open-engine.ts';
import { overall } from '../runbook/finding.ts';
import { previewLines, print } from './print.ts';
import { isYes, openTerminal, until } from './terminal.ts';
import { waitsFor } from './two-people.ts';
import { EXIT } from './usage.ts';

export interface FixOptions {
  readonly topic: string;
  readonly fix: string;
  readonly environment?: string | undefined;
  /** Approves without asking. */
  readonly yes: boolean;
  /** Why whoever asks decides alone. */
  readonly breakGlass?: string | undefined;
}

/** Resolves with the exit code. @throws UserError when nothing could be looked at, or the fix cannot be used */
export async function fix(engine: Engine, options: FixOptions): Promise<number> {
  const { store } = engine;
  const { title } = fixOf(runbookOf(engine.topics, options.topic), options.fix);
  const actor = { id: `cli:${userInfo().username}`, groups: [] };
  const decideOn = async (incident: string, decision: Decision) => {
    const applied = await decide(engine, incident, decision, actor);
    if (!applied.done) throw new UserError(`${applied.why}${applied.who ? '' : hintOf(decision)}`);
  };
  await engine.jobs.work(engine.handlers);

  const { topic, environment } = options;
  const id = await requestDiagnosis(engine.diagnosing, { topic, environment, requestedBy: actor.id });
  const diagnosis = await until(
    () => store.diagnosis(id),
    ({ state }) => state !== 'running',
  );
  const { incident } = diagnosis;
  const open = incident === undefined ? undefined : await store.incident(incident);
  // Of an emergency that was declared nothing has to be wrong to be looked at: its fixes are asked for all the same.
  const isWell = overall(diagnosis.findings) === 'healthy' && !(open && underway(open));
  if (!open || open.status === 'resolved' || isWell) {
    if (overall(diagnosis.findings) === 'inconclusive')
      throw new UserError(
        `“${topic}” could not be looked at, so there is nothing to go by. See: paksa diagnose ${topic}`,
      );
    print(`Nothing to fix: “${topic}” shows no problem.`);
    return EXIT.healthy;
  }

  const attempt = () => store.incident(open.id).then((now) => now?.attempts[options.fix]);
  /** A preview of another round waits for another decision. */
  const ended = async () => {
    const { round } = await until(attempt, ({ stage }) => stage !== 'previewing');
    const isOver = (now: Attempt) => now.round !== round || !(isWorking(now) || isUndecided(now));
    return report(title, await until(attempt, isOver));
  };
  const former = await attempt();
  if (former?.stage !== 'awaiting-approval' && former?.stage !== 'previewing')
    await decideOn(open.id, { decision: 'request-fix', fix: options.fix });
  const previewed = await until(attempt, ({ stage }) => stage !== 'previewing');
  if (previewed.stage !== 'awaiting-approval' || !previewed.preview)
    throw new UserError(`“${title}” cannot be previewed: ${previewed.outcome ?? previewed.stage}`);
  print(`${open.id}  ${title}`, ...previewLines(previewed.preview));

  const { round } = previewed;
  const breakGlass =
    options.breakGlass === undefined ? {} : { breakGlass: engine.redact(options.breakGlass) };
  const others = async () => {
    const now = await store.incident(open.id);
    const waiting = now?.attempts[options.fix];
    return now && waiting?.stage === 'awaiting-approval' ? waitsFor(now, waiting, actor.id) : undefined;
  };
  const alone = options.breakGlass === undefined ? await others() : undefined;
  if (alone !== undefined) {
    print(alone);
    return ended();
  }
  if (!options.yes && !(await agrees())) {
    await decideOn(open.id, {
      decision: 'deny',
      fix: options.fix,
      round,
      reason: 'declined in the terminal',
    });
    print('Nothing was changed.');
    return EXIT.problem;
  }
  await decideOn(open.id, { decision: 'approve', fix: options.fix, round, ...breakGlass });
  const more = await others();
  if (more !== undefined) print(more);
  return ended();
}

/** Such as a change freeze. */
const hintOf = ({ decision }: Decision): string =>
  decision === 'approve' ? ' Where it cannot wait: --break-glass, and why.' : '';

function report(title: string, { stage, outcome }: Attempt): number {
  const said = outcome === undefined ? '' : `: ${outcome}`;
  if (stage === 'succeeded') {
    print(`Done and verified${said}`);
    return EXIT.healthy;
  }
  if (stage === 'awaiting-approval') {
    print('What it would change has changed since the preview: run it again to see the new one.');
    return EXIT.problem;
  }
  if (stage === 'denied' || stage === 'withdrawn' || stage === 'expired') {
    print(`“${title}” was not run: ${stage}${said}`);
    return EXIT.problem;
  }
  print(`“${title}” did not help${said}. The next level of the ladder is paged.`);
  return EXIT.problem;
}

async function agrees(): Promise<boolean> {
  const terminal = openTerminal();
  try {
    return isYes(await terminal.ask('Run it? [y/N]'));
  } finally {
    terminal.close();
  }
}

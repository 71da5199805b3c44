/** Paksa as its people use it in the lab: the engine that runs in production, asked to look, asked for fixes, decided for. */

import type { Config } from '../../src/config.ts';
import { type Decision, decide } from '../../src/engine/decide.ts';
import { requestDiagnosis } from '../../src/engine/diagnose.ts';
import type { Diagnosis, Survey } from '../../src/engine/ports.ts';
import { requestSurvey } from '../../src/engine/survey.ts';
import { verify as verifyWith } from '../../src/engine/verify.ts';
import { type Attempt, type Incident, takesTwo } from '../../src/incident/incident.ts';
import { createLog } from '../../src/log.ts';
import { openEngine } from '../../src/open-engine.ts';
import { APPROVER, SECOND_APPROVER } from './configuration.ts';

/** Who asks. What they ask for is for somebody else to approve. */
export const TESTER = 'UTESTER';

const SETTLE_MS = 30_000;
/** The end of any single step. */
const soon = () => AbortSignal.timeout(300_000);

export type Operator = Awaited<ReturnType<typeof openOperator>>;

/** Its tasks are not worked on by themselves: each is carried out by who calls it here. */
export async function openOperator(config: Config, databaseUrl: string) {
  const engine = await openEngine({
    config,
    databaseUrl,
    log: createLog({ level: 'silent', secrets: [] }),
  });
  const { store, handlers, diagnosing, working } = engine;
  const deps = { store, checkpoint: () => undefined };

  const read = async (id: string): Promise<Incident> => {
    const incident = await store.incident(id);
    if (!incident) throw new Error(`incident ${id} is gone`);
    return incident;
  };

  const attemptOf = async (id: string, fix: string): Promise<Attempt> => {
    const attempt = (await read(id)).attempts[fix];
    if (!attempt) throw new Error(`${id} has no attempt of ${fix}`);
    return attempt;
  };

  /** @throws Error when it is refused */
  const say = async (id: string, decision: Decision, actor = APPROVER): Promise<void> => {
    const applied = await decide(deps, id, decision, { id: actor, groups: [] });
    if (!applied.done) throw new Error(`${decision.decision} was refused: ${applied.why}`);
  };

  /** Asks for a fix, and resolves with the attempt once it waits for a decision. @throws Error when there is no preview */
  const preview = async (id: string, fix: string): Promise<Attempt> => {
    await say(id, { decision: 'request-fix', fix }, TESTER);
    const { round } = await attemptOf(id, fix);
    await handlers.preview({ task: 'preview', incident: id, fix, round }, soon());
    const previewed = await attemptOf(id, fix);
    if (previewed.stage !== 'awaiting-approval')
      throw new Error(`no preview of ${fix}: ${previewed.outcome ?? previewed.stage}`);
    return previewed;
  };

  /** As somebody else than who asked, and as one more where it takes two. */
  const approve = async (id: string, { fix, round }: Pick<Attempt, 'fix' | 'round'>): Promise<void> => {
    const needsSecond = takesTwo(await read(id), await attemptOf(id, fix));
    await say(id, { decision: 'approve', fix, round });
    if (needsSecond) await say(id, { decision: 'approve', fix, round }, SECOND_APPROVER);
  };

  /** Approves and runs what was previewed; resolves with the attempt before it is verified. */
  const carryOut = async (id: string, { fix, round }: Attempt): Promise<Attempt> => {
    await approve(id, { fix, round });
    await handlers.run({ task: 'run', incident: id, fix, round }, soon());
    return attemptOf(id, fix);
  };

  return {
    engine,
    read,
    say,
    attemptOf,
    preview,
    approve,
    carryOut,

    /** Looks at everything, and opens what has to be opened. */
    async survey(environment: string): Promise<Survey> {
      const id = await requestSurvey(diagnosing, { environment, requestedBy: TESTER });
      await handlers.survey({ task: 'survey', survey: id }, soon());
      const survey = await store.survey(id);
      if (survey?.state !== 'finished') throw new Error('the survey did not finish');
      return survey;
    },

    /** Looks at one topic, and opens an incident if something is wrong. */
    async diagnose(topic: string, environment: string): Promise<Diagnosis> {
      const id = await requestDiagnosis(diagnosing, { topic, environment, requestedBy: TESTER });
      await handlers.diagnose({ task: 'diagnose', diagnosis: id }, soon());
      const diagnosis = await store.diagnosis(id);
      if (diagnosis?.state !== 'finished') throw new Error('the diagnosis did not finish');
      return diagnosis;
    },

    /** `settleMs`: how long a change may take to show. */
    async verify(id: string, { fix, round }: Attempt, settleMs = SETTLE_MS): Promise<Attempt> {
      await verifyWith({ ...working, settleMs }, id, { fix, round }, soon());
      return attemptOf(id, fix);
    },

    /** Takes back what has succeeded; resolves with the attempt before that is verified. */
    async undo(id: string, { fix, round }: Attempt): Promise<Attempt> {
      await say(id, { decision: 'undo', fix, round });
      await handlers.run({ task: 'run', incident: id, fix, round }, soon());
      return attemptOf(id, fix);
    },

    close: engine.close,
  };
}

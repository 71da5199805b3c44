/**
 * One fault from its injection to its end, by the engine that runs in production on a database of its own: everything is
 * looked at, the fix is previewed, approved, run, verified and undone, and then made to fail.
 */

import { openEngine } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import { type Decision, decide } from '../../src/engine/decide.ts';
import type { Survey } from '../../src/engine/ports.ts';
import { requestSurvey } from '../../src/engine/survey.ts';
import { verify as verifyWith } from '../../src/engine/verify.ts';
import type { Attempt, Incident } from '../../src/incident/incident.ts';
import { createLog } from '../../src/log.ts';
import { overall } from '../../src/runbook/finding.ts';
import { APPROVER } from './configuration.ts';
import type { Fault } from './fault.ts';

export interface Result {
  readonly fault: string;
  readonly topic: string;
  readonly what: string;
  /** Whether each check that must find it did. */
  readonly found: boolean;
  /** `check: what it said`, of the checks that had to find it and did not. */
  readonly misses: readonly string[];
  /** `topic/check: what it said`, of other topics that this fault is none of. */
  readonly falseAlarms: readonly string[];
  readonly fixed: Outcome;
  readonly undone: Outcome;
  /** Made to fail, the fix led to the next level's page. */
  readonly climbed: Outcome;
  readonly seconds: { readonly look: number; readonly fix: number };
}

/** `n/a` says why there is nothing to do. */
export type Outcome =
  | { readonly is: 'yes' | 'no'; readonly why?: string }
  | { readonly is: 'n/a'; readonly why: string };

export type Trials = Awaited<ReturnType<typeof openTrials>>;

const SETTLE_MS = 30_000;
/** A fix that was made to fail does not get better by waiting. */
const HASTE_MS = 3_000;
/** The end of any single step of a trial. */
const soon = () => AbortSignal.timeout(300_000);

const YES: Outcome = { is: 'yes' };
const no = (why: string): Outcome => ({ is: 'no', why });
const none = (why: string): Outcome => ({ is: 'n/a', why });

/** The first environment of the configuration is the one on trial. */
export async function openTrials(config: Config, databaseUrl: string) {
  const engine = await openEngine({
    config,
    databaseUrl,
    log: createLog({ level: 'silent', secrets: [] }),
  });
  const { store, handlers, topics, diagnosing, working } = engine;
  const deps = { store, checkpoint: () => undefined };
  const environment = config.environments[0].target.environment;

  /** Looks at everything, and opens what has to be opened. */
  const look = async (): Promise<Survey> => {
    const id = await requestSurvey(diagnosing, { environment, requestedBy: 'UTESTER' });
    await handlers.survey({ task: 'survey', survey: id }, soon());
    const survey = await store.survey(id);
    if (survey?.state !== 'finished') throw new Error('the survey did not finish');
    return survey;
  };

  const incidentOf = async (topic: string): Promise<Incident | undefined> =>
    (await store.openIncidents()).find((incident) => incident.topic === topic);

  const read = async (id: string): Promise<Incident> => {
    const incident = await store.incident(id);
    if (!incident) throw new Error(`incident ${id} is gone`);
    return incident;
  };

  const say = async (id: string, decision: Decision, actor = APPROVER): Promise<void> => {
    const applied = await decide(deps, id, decision, { id: actor, groups: [] });
    if (!applied.done) throw new Error(`${decision.decision} was refused: ${applied.why}`);
  };

  const attemptOf = async (id: string, fix: string): Promise<Attempt> => {
    const attempt = (await read(id)).attempts[fix];
    if (!attempt) throw new Error(`${id} has no attempt of ${fix}`);
    return attempt;
  };

  /** Requests, previews, approves and runs; resolves with the attempt before it is verified. */
  const run = async (id: string, fix: string): Promise<Attempt> => {
    await say(id, { decision: 'request-fix', fix }, 'UTESTER');
    const { round } = await attemptOf(id, fix);
    await handlers.preview({ task: 'preview', incident: id, fix, round }, soon());
    const previewed = await attemptOf(id, fix);
    if (previewed.stage !== 'awaiting-approval')
      throw new Error(`no preview of ${fix}: ${previewed.outcome ?? previewed.stage}`);
    await say(id, { decision: 'approve', fix, round });
    await handlers.run({ task: 'run', incident: id, fix, round }, soon());
    return attemptOf(id, fix);
  };
  /** `settleMs`: how long a change may take to show. */
  const verify = async (id: string, { fix, round }: Attempt, settleMs = SETTLE_MS): Promise<Attempt> => {
    await verifyWith({ ...working, settleMs }, id, { fix, round }, soon());
    return attemptOf(id, fix);
  };

  async function fixAndUndo<Stack>(fault: Fault<Stack>, stack: Stack, id: string, fix: string) {
    const ran = await run(id, fix);
    const verified = ran.stage === 'verifying' ? await verify(id, ran) : ran;
    if (verified.stage !== 'succeeded') {
      const findings = (await read(id)).findings.filter(({ status }) => status !== 'healthy');
      const seen = findings.map(({ check, summary }) => `${check}: ${summary}`).join('; ');
      return {
        fixed: no(`${verified.stage}: ${verified.outcome ?? ''} (${seen})`),
        undone: none('not fixed'),
      };
    }
    const kept = fault.promised && verified.preview ? await fault.promised(stack, verified.preview) : true;
    const fixed = kept ? YES : no('what the preview promised did not happen');
    const proposed = (await read(id)).fixes.find((each) => each.id === fix);
    if (proposed?.irreversible !== undefined) return { fixed, undone: none(proposed.irreversible) };
    await say(id, { decision: 'undo', fix, round: verified.round });
    await handlers.run({ task: 'run', incident: id, fix, round: verified.round }, soon());
    const undone = await verify(id, await attemptOf(id, fix));
    return {
      fixed,
      undone: undone.stage === 'undone' ? YES : no(`${undone.stage}: ${undone.outcome ?? ''}`),
    };
  }

  /** The fault comes back between the act and the look: the verification must fail, and the ladder must climb. */
  async function madeToFail<Stack>(fault: Fault<Stack>, stack: Stack, fix: string): Promise<Outcome> {
    await fault.mend(stack);
    await fault.inject(stack);
    await look();
    const incident = await incidentOf(fault.topic);
    if (!incident) return no('it was not found again');
    const ran = await run(incident.id, fix);
    await fault.mend(stack);
    await fault.inject(stack);
    const ended = ran.stage === 'verifying' ? await verify(incident.id, ran, HASTE_MS) : ran;
    if (ended.stage !== 'failed') return no(`the fix that did not help is called ${ended.stage}`);
    const { ladder } = await read(incident.id);
    return ladder.level >= 1 ? YES : no('nobody was paged');
  }
  const resolveAll = async () => {
    for (const { id } of await store.openIncidents()) await say(id, { decision: 'resolve' });
  };

  /** What is wrong when nothing was broken: each line a false alarm. */
  const alarms = (survey: Survey, isExpected: (topic: string) => boolean = () => false): string[] =>
    survey.topics
      .filter(({ topic, findings }) => overall(findings) === 'problem' && !isExpected(topic))
      .flatMap(({ topic, findings }) =>
        findings
          .filter(({ status }) => status === 'problem')
          .map(({ check, summary }) => `${topic}/${check}: ${summary}`),
      );

  return {
    look,
    alarms,
    async try<Stack>(fault: Fault<Stack>, stack: Stack): Promise<Result> {
      const { id, topic, what } = fault;
      try {
        await fault.inject(stack);
        const began = performance.now();
        const survey = await look();
        const looked = performance.now();
        const findings = survey.topics.find((each) => each.topic === topic)?.findings ?? [];
        const misses = fault.foundBy.flatMap((check) => {
          const finding = findings.find((each) => each.check === check);
          return finding?.status === 'problem'
            ? []
            : [`${check}: ${finding?.summary ?? 'was not looked at'}`];
        });
        const falseAlarms = alarms(survey, expectedIn(fault, topics));
        const incident = await incidentOf(topic);
        const fix = typeof fault.fix === 'string' ? fault.fix : undefined;
        const suggested = findings.some(({ suggests }) => fix !== undefined && suggests.includes(fix));
        const skipped = none(typeof fault.fix === 'string' ? 'no incident' : fault.fix.none);
        const { fixed, undone } =
          incident && fix !== undefined
            ? suggested
              ? await fixAndUndo(fault, stack, incident.id, fix)
              : { fixed: no(`${fix} is not suggested`), undone: none('not fixed') }
            : { fixed: fix === undefined ? skipped : no('no incident was opened'), undone: skipped };
        const done = performance.now();
        const climbed = fix !== undefined && incident ? await madeToFail(fault, stack, fix) : skipped;
        return {
          fault: id,
          topic,
          what,
          found: misses.length === 0,
          misses,
          falseAlarms,
          fixed,
          undone,
          climbed,
          seconds: { look: (looked - began) / 1000, fix: (done - looked) / 1000 },
        };
      } finally {
        await fault.mend(stack);
        await resolveAll();
      }
    },
    close: engine.close,
  };
}

/** The topic itself, what it explains, and what those explain in turn. */
function expectedIn<Stack>(
  { topic, alsoIn = [] }: Fault<Stack>,
  topics: ReadonlyMap<string, { readonly explains?: readonly string[] }>,
): (topic: string) => boolean {
  const expected = new Set<string>(alsoIn);
  const follow = (from: string) => {
    if (expected.has(from)) return;
    expected.add(from);
    for (const next of topics.get(from)?.explains ?? []) follow(next);
  };
  follow(topic);
  return (other) => expected.has(other);
}

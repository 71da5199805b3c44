/**
 * One fault from its injection to its end, by the engine that runs in production on a database of its own: everything is
 * looked at, the fix is previewed, approved, run, verified and undone, and then made to fail.
 */

import type { Config } from '../../src/config.ts';
import type { Survey } from '../../src/engine/ports.ts';
import type { Attempt, Incident } from '../../src/incident/incident.ts';
import { alarmsOf, expectedIn, isOfTheMachine } from './alarms.ts';
import type { Fault } from './fault.ts';
import { openOperator } from './operator.ts';

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
  /** Likewise, of the checks that measure the machine. */
  readonly busyMachine: readonly string[];
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

/** A fix that was made to fail does not get better by waiting. */
const HASTE_MS = 3_000;

const YES: Outcome = { is: 'yes' };
const no = (why: string): Outcome => ({ is: 'no', why });
const none = (why: string): Outcome => ({ is: 'n/a', why });

/** The first environment of the configuration is the one on trial. */
export async function openTrials(config: Config, databaseUrl: string) {
  const operator = await openOperator(config, databaseUrl);
  const { store, topics } = operator.engine;
  const { read, say, verify } = operator;
  const environment = config.environments[0].target.environment;

  const look = (): Promise<Survey> => operator.survey(environment);

  /** Of what the survey opened; where the machine's load alone passes for the cause of it, it is asked for by name. */
  const incidentOf = async (topic: string, survey: Survey): Promise<Incident | undefined> => {
    const find = async () => (await store.openIncidents()).find((incident) => incident.topic === topic);
    const causes = survey.explainedBy[topic] ?? [];
    const isHeldBack = causes.length > 0 && causes.every((cause) => isOfTheMachine(survey, cause));
    if (isHeldBack && !(await find())) await operator.diagnose(topic, environment);
    return find();
  };

  const run = async (id: string, fix: string): Promise<Attempt> =>
    operator.carryOut(id, await operator.preview(id, fix));

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
    const undone = await verify(id, await operator.undo(id, verified));
    return {
      fixed,
      undone: undone.stage === 'undone' ? YES : no(`${undone.stage}: ${undone.outcome ?? ''}`),
    };
  }

  /** The fault comes back between the act and the look: the verification must fail, and the ladder must climb. */
  async function madeToFail<Stack>(fault: Fault<Stack>, stack: Stack, fix: string): Promise<Outcome> {
    await fault.mend(stack);
    await fault.inject(stack);
    const incident = await incidentOf(fault.topic, await look());
    if (!incident) return no('it was not found again');
    await fault.spoil?.(stack);
    const ran = await run(incident.id, fix);
    if (!fault.spoil) {
      await fault.mend(stack);
      await fault.inject(stack);
    }
    const ended = ran.stage === 'verifying' ? await verify(incident.id, ran, HASTE_MS) : ran;
    if (ended.stage !== 'failed') return no(`the fix that did not help is called ${ended.stage}`);
    const { ladder } = await read(incident.id);
    return ladder.level >= 1 ? YES : no('nobody was paged');
  }
  const resolveAll = async () => {
    for (const { id } of await store.openIncidents()) await say(id, { decision: 'resolve' });
  };

  async function carryOut<Stack>(fault: Fault<Stack>, stack: Stack): Promise<Result> {
    const { id, topic, what } = fault;
    await fault.inject(stack);
    const began = performance.now();
    const survey = await look();
    const looked = performance.now();
    const findings = survey.topics.find((each) => each.topic === topic)?.findings ?? [];
    const misses = fault.foundBy.flatMap((check) => {
      const finding = findings.find((each) => each.check === check);
      return finding?.status === 'problem' ? [] : [`${check}: ${finding?.summary ?? 'was not looked at'}`];
    });
    const isExpected = expectedIn(fault, topics);
    const falseAlarms = alarmsOf(survey, { isExpected });
    const busyMachine = alarmsOf(survey, { isExpected, of: 'machine' });
    const incident = await incidentOf(topic, survey);
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
      busyMachine,
      fixed,
      undone,
      climbed,
      seconds: { look: (looked - began) / 1000, fix: (done - looked) / 1000 },
    };
  }

  return {
    look,
    alarms: alarmsOf,
    /** @throws Error when it broke off; the stack, and what was written down of it, are of no use then */
    async try<Stack>(fault: Fault<Stack>, stack: Stack): Promise<Result> {
      const result = await carryOut(fault, stack).catch(async (error: unknown) => {
        // Why it broke off is told, not what that led to.
        await fault.mend(stack).catch(() => undefined);
        throw error;
      });
      await fault.mend(stack);
      await resolveAll();
      return result;
    },
    close: operator.close,
  };
}

/**
 * One fault from its injection to its end, by the engine that runs in production on a database of its own: everything is
 * looked at, the fix is previewed, approved, run, verified and undone, and then made to fail.
 */

import type { Config } from '../../src/config.ts';
import type { Survey } from '../../src/engine/ports.ts';
import { messageOf } from '../../src/errors.ts';
import type { Attempt, Incident } from '../../src/incident/incident.ts';
import type { Finding } from '../../src/runbook/finding.ts';
import { alarmsOf, consequencesOf, expectedIn, isOfTheMachine } from './alarms.ts';
import { type Fault, isFixable } from './fault.ts';
import { openOperator } from './operator.ts';
import { until } from './until.ts';

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
  /** Likewise, of topics in which it is expected to show. */
  readonly consequences: readonly string[];
  /** Topics in which it was said to show, and did not. */
  readonly unseenIn: readonly string[];
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
/** Within which a fault that an undo has brought back is seen again: pods start, the kubelet measures. */
const BACK_MS = 120_000;
/** Within which what has been mended is no longer told of. */
const QUIET_MS = 180_000;

const YES: Outcome = { is: 'yes' };
const no = (why: string): Outcome => ({ is: 'no', why });
const none = (why: string): Outcome => ({ is: 'n/a', why });

type Mendable<Stack> = Extract<Fault<Stack>, { readonly fix: string }>;

/** `check: what it said`, of those that have to find it and do not. */
const missesOf = <Stack>({ foundBy }: Fault<Stack>, findings: readonly Finding[]): string[] =>
  foundBy.flatMap((check) => {
    const finding = findings.find((each) => each.check === check);
    return finding?.status === 'problem' ? [] : [`${check}: ${finding?.summary ?? 'was not looked at'}`];
  });

/** The first environment of the configuration is the one on trial. */
export async function openTrials(config: Config, databaseUrl: string) {
  const operator = await openOperator(config, databaseUrl);
  const { store, topics } = operator.engine;
  const { read, say, verify } = operator;
  const environment = config.environments[0].target.environment;

  const look = (): Promise<Survey> => operator.survey(environment);

  const openIncident = async (topic: string): Promise<Incident | undefined> =>
    (await store.openIncidents()).find((incident) => incident.topic === topic);

  /** Of what the survey opened; where the machine's load alone passes for the cause of it, it is asked for by name. */
  const incidentOf = async (topic: string, survey: Survey): Promise<Incident | undefined> => {
    const causes = survey.explainedBy[topic] ?? [];
    const isHeldBack = causes.length > 0 && causes.every((cause) => isOfTheMachine(survey, cause));
    if (isHeldBack && !(await openIncident(topic))) await operator.diagnose(topic, environment);
    return openIncident(topic);
  };

  const run = async (id: string, fix: string): Promise<Attempt> =>
    operator.carryOut(id, await operator.preview(id, fix));

  async function fixAndUndo<Stack>(fault: Mendable<Stack>, stack: Stack, id: string) {
    const { fix } = fault;
    const since = Date.now();
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
    const { summary = '', changes = [] } = verified.preview ?? {};
    const promise = [summary, ...changes.map(({ what, before, after }) => `${what}: ${before} → ${after}`)];
    const fixed = (await fault.promised(stack, { summary, changes, since }))
      ? YES
      : no(`what the preview promised did not happen: ${promise.join('; ')}`);
    const proposed = (await read(id)).fixes.find((each) => each.id === fix);
    if (proposed?.irreversible !== undefined) return { fixed, undone: none(proposed.irreversible) };
    return { fixed, undone: await undo(fault, stack, id, verified) };
  }

  /** Taken back, the fault must be there again: its own checks have to see it, whatever the undo says of itself. */
  async function undo<Stack>(
    fault: Mendable<Stack>,
    stack: Stack,
    id: string,
    fixed: Attempt,
  ): Promise<Outcome> {
    const undone = await verify(id, await operator.undo(id, fixed));
    if (undone.stage !== 'undone') return no(`${undone.stage}: ${undone.outcome ?? ''}`);
    await fault.provoke?.(stack);
    const what = `${fault.foundBy.join(' and ')} to see it again`;
    return until(
      async () => missesOf(fault, (await operator.diagnose(fault.topic, environment)).findings).length === 0,
      {
        what,
        within: BACK_MS,
        every: 2_000,
      },
    ).then(
      () => YES,
      (error: unknown) => no(`called undone, and yet: ${messageOf(error)}`),
    );
  }

  /** The fault comes back between the act and the look: the verification must fail, and the ladder must climb. */
  async function madeToFail<Stack>(fault: Mendable<Stack>, stack: Stack): Promise<Outcome> {
    await fault.mend(stack);
    await fault.inject(stack);
    await operator.diagnose(fault.topic, environment);
    const incident = await openIncident(fault.topic);
    if (!incident) return no('it was not found again');
    await fault.spoil?.(stack);
    const ran = await run(incident.id, fault.fix);
    if (!fault.spoil) {
      await fault.mend(stack);
      await fault.inject(stack);
    }
    const ended = ran.stage === 'verifying' ? await verify(incident.id, ran, HASTE_MS) : ran;
    if (ended.stage !== 'failed') return no(`the fix that did not help is called ${ended.stage}`);
    const { ladder } = await read(incident.id);
    return ladder.level >= 1 ? YES : no('nobody was paged');
  }
  const untilQuiet = (topic: string) =>
    until(
      async () =>
        (await operator.diagnose(topic, environment)).findings.every(({ status }) => status !== 'problem'),
      { what: `${topic} to be quiet again`, within: QUIET_MS, every: 5_000 },
    );
  const resolveAll = async () => {
    for (const { id } of await store.openIncidents()) await say(id, { decision: 'resolve' });
  };

  async function tryFix<Stack>(
    fault: Fault<Stack>,
    stack: Stack,
    incident: Incident | undefined,
    findings: readonly Finding[],
  ) {
    if (!isFixable(fault)) return { fixed: none(fault.fix.none), undone: none(fault.fix.none) };
    const { fix } = fault;
    if (!incident) return { fixed: no('no incident was opened'), undone: none('no incident') };
    return findings.some(({ suggests }) => suggests.includes(fix))
      ? fixAndUndo(fault, stack, incident.id)
      : { fixed: no(`${fix} is not suggested`), undone: none('not fixed') };
  }

  async function carryOut<Stack>(fault: Fault<Stack>, stack: Stack): Promise<Result> {
    const { id, topic, what } = fault;
    await fault.inject(stack);
    const began = performance.now();
    const survey = await look();
    const looked = performance.now();
    const findings = survey.topics.find((each) => each.topic === topic)?.findings ?? [];
    const misses = missesOf(fault, findings);
    const isExpected = expectedIn(fault, topics);
    const falseAlarms = alarmsOf(survey, { isExpected });
    const busyMachine = alarmsOf(survey, { isExpected, of: 'machine' });
    const { consequences, unseenIn } = consequencesOf(survey, fault, isExpected);
    const incident = await incidentOf(topic, survey);
    const { fixed, undone } = await tryFix(fault, stack, incident, findings);
    const done = performance.now();
    const climbed = isFixable(fault)
      ? incident
        ? await madeToFail(fault, stack)
        : none('no incident')
      : none(fault.fix.none);
    return {
      fault: id,
      topic,
      what,
      found: misses.length === 0,
      misses,
      falseAlarms,
      consequences,
      unseenIn,
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
      if (fault.lingers) await untilQuiet(fault.topic);
      await resolveAll();
      return result;
    },
    close: operator.close,
  };
}

/**
 * Everything at once: all topics side by side, worst first, and which problem probably causes the others. Incidents are
 * opened for the probable causes alone: one fault does not page for each of its consequences.
 */
import { randomUUID } from 'node:crypto';
import { probableCauses } from '../runbook/causes.ts';
import type { Runbook } from '../runbook/define.ts';
import { overall, worstSeverity } from '../runbook/finding.ts';
import type { Target } from '../runbook/target.ts';
import type { Probes } from '../runbook/tools.ts';
import { conclude, type DiagnoseDeps } from './diagnose.ts';
import { type Examination, examine, type Turns } from './examine.ts';
import { environmentOf } from './lookup.ts';
import type { Diagnosis, Survey, SurveyedTopic, Topics } from './ports.ts';
import { shareAnswers } from './share.ts';
import { createShowing } from './showing.ts';

export type SurveyRequest = Pick<Diagnosis, 'requestedBy'> & {
  /** The default environment when unset. */
  readonly environment?: string | undefined;
  readonly channel?: string | undefined;
  /** The payload's id: the same request, delivered twice, is one survey. */
  readonly id?: string | undefined;
};

/** Writes the request down and sends it on. @throws UserError on an unknown environment, with the nearest one */
export async function requestSurvey(deps: DiagnoseDeps, request: SurveyRequest): Promise<string> {
  const environment = environmentOf(deps.estate, request.environment);
  const id = request.id ?? randomUUID();
  if (await deps.store.survey(id)) return id;
  const { requestedBy, channel } = request;
  const survey: Survey = {
    id,
    environment,
    requestedBy,
    ...(channel === undefined ? {} : { channel }),
    state: 'running',
    of: surveyed(deps.topics).length,
    topics: [],
    causes: [],
    explainedBy: {},
  };
  await deps.store.transact(async (tx) => {
    await tx.saveSurvey(survey);
    if (channel !== undefined) await tx.reserveMessage(`survey/${id}`, channel);
    await tx.send({ task: 'survey', survey: id });
    await tx.send({ task: 'publish', subject: `survey/${id}` });
  });
  return id;
}

/** Looks, showing each topic as it comes in. Reads only until the end, so that it may be begun again by somebody else. */
export async function carryOutSurvey(deps: DiagnoseDeps, id: string, signal?: AbortSignal): Promise<void> {
  const survey = await deps.store.survey(id);
  if (survey?.state !== 'running') return;
  const { environment } = survey;
  const showing = createShowing((soFar: Survey) => show(deps, soFar));
  const looks = await lookAtAll(
    deps.topics,
    deps.estate.target(environment),
    deps.estate.probes(environment),
    {
      redact: deps.redact,
      ...(signal ? { signal } : {}),
      onTopic: (topics) => showing.next({ ...survey, topics }),
    },
  );
  await showing.ended();
  signal?.throwIfAborted();

  const { topics, causes, explainedBy } = ranked(looks, deps.topics);
  const concluded: SurveyedTopic[] = [];
  for (const look of topics) {
    const diagnosis: Diagnosis = {
      id: `${id}/${look.topic}`,
      topic: look.topic,
      environment,
      requestedBy: survey.requestedBy,
      findings: [],
      skipped: [],
      state: 'running',
    };
    const incident = await conclude(deps, diagnosis, look, {
      opens: causes.includes(look.topic),
      ...(survey.channel === undefined ? {} : { channel: survey.channel }),
    });
    concluded.push(incident ? { ...look, incident: incident.id } : look);
  }
  await show(deps, { ...survey, state: 'finished', topics: concluded, causes, explainedBy });
}

const show = (deps: DiagnoseDeps, survey: Survey): Promise<void> =>
  deps.store.transact(async (tx) => {
    await tx.saveSurvey(survey);
    await tx.send({ task: 'publish', subject: `survey/${survey.id}` });
  });

export interface LookOptions {
  readonly redact: <Value>(value: Value) => Value;
  readonly signal?: AbortSignal;
  /** Called with all that have come in, as each does. */
  readonly onTopic?: (topics: readonly SurveyedTopic[]) => void;
}

/** Every topic but the emergencies, whose checks are the other topics' own; a question that several ask is asked once. */
export async function lookAtAll(
  topics: Topics,
  target: Target,
  probes: Probes,
  { redact, signal, onTopic }: LookOptions,
): Promise<readonly SurveyedTopic[]> {
  const over = new AbortController();
  const shared = shareAnswers(probes, signal ? AbortSignal.any([signal, over.signal]) : over.signal);
  const arrived: SurveyedTopic[] = [];
  const runbooks = surveyed(topics);
  const turns = turnsFor(runbooks.length);
  const looks = await Promise.all(
    runbooks.map(async (runbook) => {
      const examination = await examine(runbook, target, shared, {
        redact,
        turns,
        ...(signal ? { signal } : {}),
      });
      const look = { topic: runbook.topic, title: runbook.title, ...examination };
      arrived.push(look);
      onTopic?.([...arrived]);
      return look;
    }),
  );
  over.abort();
  return looks;
}

function turnsFor(examinations: number): Turns {
  const { promise: free, resolve } = Promise.withResolvers<void>();
  let left = examinations;
  const measured = () => {
    left -= 1;
    if (left === 0) resolve();
  };
  return { free, measured };
}

const surveyed = (topics: Topics): readonly Runbook[] =>
  [...topics.values()].filter(({ emergency }) => emergency === undefined);

/** Worst first, and of equals the causes before what they explain. */
export function ranked(
  looks: readonly SurveyedTopic[],
  topics: Topics,
): Pick<Survey, 'topics' | 'causes' | 'explainedBy'> {
  const byGravity = looks.toSorted((a, b) => gravity(a) - gravity(b));
  const troubled = byGravity
    .filter(({ findings }) => overall(findings) === 'problem')
    .map(({ topic, findings }) => ({ topic, severity: worstSeverity(findings) }));
  const { causes, explainedBy } = probableCauses(troubled, topics);
  const rank = (look: SurveyedTopic) => gravity(look) * 2 + (causes.includes(look.topic) ? 0 : 1);
  return { topics: looks.toSorted((a, b) => rank(a) - rank(b)), causes, explainedBy };
}

function gravity({ findings }: Pick<Examination, 'findings'>): number {
  switch (overall(findings)) {
    case 'problem':
      return worstSeverity(findings) === 'critical' ? 0 : 1;
    case 'inconclusive':
      return 2;
    case 'healthy':
      return 3;
  }
}

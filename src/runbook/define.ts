/** A runbook: one topic of the guide, with its symptoms, checks and fixes. */
import type { Check } from './check.ts';
import type { Fix } from './fix.ts';
import type { Procedure, Step } from './procedure.ts';

export interface Runbook {
  readonly topic: string;
  readonly title: string;
  /** The guide's words for what people notice. */
  readonly symptoms: readonly string[];
  readonly checks: Readonly<Record<string, Check>>;
  readonly fixes: Readonly<Record<string, Fix>>;
  /** What is done step by step, by id. */
  readonly procedures?: Readonly<Record<string, Procedure>>;
  /** One of the guide's emergencies: the procedure that declaring it starts. */
  readonly emergency?: string;
  /** What the guide has a developer change in the code. */
  readonly advice?: readonly Advice[];
  /** Topics whose problems this one's are a likely cause of, such as a database that refuses connections of slow answers. */
  readonly explains?: readonly string[];
}

export interface Advice {
  readonly text: string;
  /** Where to read more. */
  readonly link: string;
}

/** Named in place of a topic: all of them. */
export const EVERYTHING = 'all';

const TOPIC = /^[a-z][a-z0-9-]{0,40}$/;

/** Refuses a runbook whose parts do not fit together, at start rather than at three in the morning. */
export function defineRunbook(runbook: Runbook): Runbook {
  const refuse = (why: string): never => {
    throw new Error(`runbook ${runbook.topic}: ${why}`);
  };
  const { checks, fixes, procedures = {}, emergency } = runbook;
  if (!TOPIC.test(runbook.topic)) refuse('a topic is lower-case letters, digits and hyphens');
  if (Object.keys(checks).length === 0) refuse('has no checks');
  const named = [checks, fixes, procedures, ...Object.values(procedures).map(({ steps }) => steps)];
  for (const id of named.flatMap((group) => Object.keys(group)))
    if (!TOPIC.test(id)) refuse(`“${id}” is not lower-case letters, digits and hyphens`);
  for (const [id, fix] of Object.entries(fixes)) {
    if (fix.verifiedBy.length === 0) refuse(`fix ${id} is verified by nothing`);
    for (const check of fix.verifiedBy)
      if (!Object.hasOwn(checks, check)) refuse(`fix ${id} is verified by ${check}, which is not a check`);
  }
  for (const [id, { steps }] of Object.entries(procedures)) {
    if (Object.keys(steps).length === 0) refuse(`procedure ${id} has no steps`);
    for (const [step, needs] of Object.entries(steps).map(([name, of]) => [name, needsOf(of)] as const)) {
      for (const check of needs.checks)
        if (!Object.hasOwn(checks, check))
          refuse(`step ${step} of ${id} asks ${check}, which is not a check`);
      for (const fix of needs.fixes)
        if (!Object.hasOwn(fixes, fix)) refuse(`step ${step} of ${id} does ${fix}, which is not a fix`);
    }
  }
  if (emergency !== undefined && !Object.hasOwn(procedures, emergency))
    refuse(`its emergency starts ${emergency}, which is not a procedure`);
  return runbook;
}

const needsOf = (step: Step): { checks: readonly string[]; fixes: readonly string[] } => {
  switch (step.kind) {
    case 'look':
      return { checks: step.checks, fixes: [] };
    case 'fix':
      return { checks: step.when ?? [], fixes: [step.fix] };
    case 'person':
      return { checks: [], fixes: [] };
  }
};

/** The runbooks by topic, in the list's order. A topic named twice, or explained without being there, is refused. */
export function catalog(runbooks: readonly Runbook[]): ReadonlyMap<string, Runbook> {
  const byTopic = new Map<string, Runbook>();
  for (const runbook of runbooks) {
    if (byTopic.has(runbook.topic)) throw new Error(`topic ${runbook.topic} is listed twice`);
    if (runbook.topic === EVERYTHING) throw new Error(`“${EVERYTHING}” means every topic, and cannot be one`);
    byTopic.set(runbook.topic, runbook);
  }
  for (const { topic, explains = [] } of runbooks)
    for (const other of explains)
      if (!byTopic.has(other)) throw new Error(`topic ${topic} explains ${other}, which is not listed`);
  return byTopic;
}

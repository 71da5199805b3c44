/** A runbook: one topic of the guide, with its symptoms, checks and fixes. */
import type { Check } from './check.ts';
import type { Fix } from './fix.ts';

export interface Runbook {
  readonly topic: string;
  readonly title: string;
  /** The guide's words for what people notice. */
  readonly symptoms: readonly string[];
  readonly checks: Readonly<Record<string, Check>>;
  readonly fixes: Readonly<Record<string, Fix>>;
}

const TOPIC = /^[a-z][a-z0-9-]{0,40}$/;

/** Refuses a runbook whose parts do not fit together, at start rather than at three in the morning. */
export function defineRunbook(runbook: Runbook): Runbook {
  const refuse = (why: string): never => {
    throw new Error(`runbook ${runbook.topic}: ${why}`);
  };
  if (!TOPIC.test(runbook.topic)) refuse('a topic is lower-case letters, digits and hyphens');
  if (Object.keys(runbook.checks).length === 0) refuse('has no checks');
  for (const id of [...Object.keys(runbook.checks), ...Object.keys(runbook.fixes)])
    if (!TOPIC.test(id)) refuse(`“${id}” is not lower-case letters, digits and hyphens`);
  for (const [id, fix] of Object.entries(runbook.fixes)) {
    if (fix.verifiedBy.length === 0) refuse(`fix ${id} is verified by nothing`);
    for (const check of fix.verifiedBy)
      if (!Object.hasOwn(runbook.checks, check))
        refuse(`fix ${id} is verified by ${check}, which is not a check`);
  }
  return runbook;
}

/** The runbooks by topic, in the list's order. A topic named twice is refused. */
export function catalog(runbooks: readonly Runbook[]): ReadonlyMap<string, Runbook> {
  const byTopic = new Map<string, Runbook>();
  for (const runbook of runbooks) {
    if (byTopic.has(runbook.topic)) throw new Error(`topic ${runbook.topic} is listed twice`);
    byTopic.set(runbook.topic, runbook);
  }
  return byTopic;
}

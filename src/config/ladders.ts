/** What paksa.yaml says of ladders with names, and of the rules that choose among them when an incident opens. */
import { z } from 'zod';
import { DEFAULT_LADDER, type LadderRule, type Ladders, unreachableRules } from '../policy/choose.ts';
import { matching, text } from './fields.ts';
import type { ConfigFile } from './file.ts';
import { ladder } from './policy.ts';
import { block, must, nearest } from './refusal.ts';

const ladderName = matching(
  /^[a-z][a-z0-9-]{0,39}$/,
  'the name of a ladder: lower-case letters, digits and hyphens, such as night',
);

const named = ladder.refine(({ levels }) => levels.some(({ responders }) => responders.length > 0), {
  error: 'has nobody to page: add responders to its levels',
  path: ['levels'],
});

export const ladders = z
  .record(ladderName, named, must('a block of ladders by name'))
  .refine((all) => !Object.hasOwn(all, DEFAULT_LADDER), {
    error: `is the name of the ladder under “ladder”: choose another`,
    path: [DEFAULT_LADDER],
  });

const TOPIC = text('a topic, such as ssl');
const topics = z.array(TOPIC, must('a list of topics')).min(1, must('a list of at least one topic'));

const rule = block({
  severity: z.enum(['critical', 'warning'], must('critical or warning')).optional(),
  hours: z.enum(['business', 'outside'], must('business or outside')).optional(),
  topic: TOPIC.optional(),
  topics: topics.optional(),
  ladder: ladderName,
}).transform(({ topic, topics: several, ...rest }): LadderRule => {
  const all = [...(topic === undefined ? [] : [topic]), ...(several ?? [])];
  return { ...rest, ...(all.length === 0 ? {} : { topics: all }) };
});

export const ladderRules = z.array(rule, must('a list of rules, the first that fits decides'));

type Rules = readonly LadderRule[];
interface File {
  readonly ladders: Readonly<Record<string, unknown>>;
  readonly ladderRules: Rules;
  readonly businessHours?: unknown;
  readonly environments: Readonly<Record<string, { readonly ladderRules?: Rules | undefined }>>;
}

/** Rules that lead nowhere, that ask for hours which are not there, or that are never asked. */
export function refuseIdleRules(file: File, context: z.core.$RefinementCtx): void {
  const known = [DEFAULT_LADDER, ...Object.keys(file.ladders)];
  const look = (rules: Rules, ...path: readonly string[]): void => {
    const refuse = (index: number, key: readonly string[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path, index, ...key], message });
    for (const [index, { ladder: name, hours }] of rules.entries()) {
      if (!known.includes(name)) {
        const meant = nearest(name, known);
        const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
        refuse(index, ['ladder'], `names “${name}”, which is not among the ladders: ${hint}`);
      }
      if (hours !== undefined && file.businessHours === undefined)
        refuse(index, ['hours'], 'needs businessHours: add them');
    }
    for (const index of unreachableRules(rules))
      refuse(index, [], 'never decides: the rules before it always do; move it up, or take it out');
  };
  look(file.ladderRules, 'ladderRules');
  for (const [name, { ladderRules: own }] of Object.entries(file.environments))
    look(own ?? [], 'environments', name, 'ladderRules');
}

/** An environment that has a ladder of its own, and no rules of its own, has that ladder always. */
export const laddersOf = (
  { ladder: usual, ladders: all, ladderRules: rules, businessHours }: ConfigFile,
  own: Pick<ConfigFile['environments'][string], 'ladder' | 'ladderRules'>,
): Ladders => ({
  default: own.ladder ?? usual,
  named: new Map(Object.entries(all)),
  rules: own.ladderRules ?? (own.ladder ? [] : rules),
  businessHours,
});

/** Which ladder an incident is given when it opens: the first rule that fits decides, and where none does, the default. */
import type { Severity } from '../runbook/finding.ts';
import { type BusinessHours, isWithin } from './business-hours.ts';
import type { EscalationPolicy } from './policy.ts';

/** What a condition leaves out, it does not ask for. */
export interface LadderRule {
  readonly severity?: Severity | undefined;
  readonly hours?: 'business' | 'outside' | undefined;
  readonly topics?: readonly string[] | undefined;
  /** A ladder's name, or `default`. */
  readonly ladder: string;
}

/** The ladders of an environment. */
export interface Ladders {
  readonly default: EscalationPolicy;
  /** By name, in the file's order. */
  readonly named: ReadonlyMap<string, EscalationPolicy>;
  /** In the order in which they are tried. */
  readonly rules: readonly LadderRule[];
  /** Where there are none, no rule asks for them. */
  readonly businessHours?: BusinessHours | undefined;
}

/** An incident as it opens. */
export interface Occasion {
  readonly severity: Severity;
  readonly topic: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface Chosen {
  /** Absent: the default. */
  readonly name?: string;
  readonly escalation: EscalationPolicy;
}

/** The name of the ladder that is there without being named. */
export const DEFAULT_LADDER = 'default';

export function chooseLadder(ladders: Ladders, { severity, topic, at }: Occasion): Chosen {
  const { rules, named, businessHours } = ladders;
  const hours = businessHours && isWithin(businessHours, at) ? 'business' : 'outside';
  const rule = rules.find((each) => fits(each, { severity, topic, hours }));
  const escalation = named.get(rule?.ladder ?? DEFAULT_LADDER);
  return rule && escalation ? { name: rule.ladder, escalation } : { escalation: ladders.default };
}

type Case = Pick<Occasion, 'severity' | 'topic'> & { readonly hours: 'business' | 'outside' };

const fits = ({ severity, hours, topics }: LadderRule, of: Case): boolean =>
  (severity === undefined || severity === of.severity) &&
  (hours === undefined || hours === of.hours) &&
  (topics === undefined || topics.includes(of.topic));

/** No topic is called this: it stands for all that no rule names. */
const ANY_OTHER = '';

/** Positions of the rules that never decide, because those before them do whatever happens. */
export function unreachableRules(rules: readonly LadderRule[]): readonly number[] {
  const cases = [ANY_OTHER, ...new Set(rules.flatMap(({ topics = [] }) => topics))].flatMap((topic) =>
    (['critical', 'warning'] as const).flatMap((severity) =>
      (['business', 'outside'] as const).map((hours): Case => ({ topic, severity, hours })),
    ),
  );
  const deciding = new Set(cases.map((each) => rules.findIndex((rule) => fits(rule, each))));
  return rules.flatMap((_, index) => (deciding.has(index) ? [] : [index]));
}

/** A ladder of an environment, and when an incident is given it. */
export interface ListedLadder {
  /** `default`, or its name. */
  readonly name: string;
  readonly escalation: EscalationPolicy;
  /** The rules that lead to it, in words and in their order; none of the default without one: it is for all the rest. */
  readonly when: readonly string[];
}

/** Every ladder that an incident of the environment may be given, the default first. Those that no rule leads to are left out. */
export function listLadders({ default: escalation, named, rules }: Ladders): readonly ListedLadder[] {
  const when = (name: string) => rules.filter(({ ladder }) => ladder === name).map(ruleInWords);
  const led = [...named].flatMap(([name, of]): ListedLadder[] => {
    const words = when(name);
    return words.length === 0 ? [] : [{ name, escalation: of, when: words }];
  });
  return [{ name: DEFAULT_LADDER, escalation, when: when(DEFAULT_LADDER) }, ...led];
}

/** `critical, outside business hours, topics ssl or slow-api`; `always` of a rule that asks for nothing. */
export function ruleInWords({ severity, hours, topics }: LadderRule): string {
  const asked = [
    ...(severity === undefined ? [] : [severity]),
    ...(hours === undefined ? [] : [hours === 'business' ? 'in business hours' : 'outside business hours']),
    ...(topics === undefined ? [] : [`${topics.length === 1 ? 'topic' : 'topics'} ${topics.join(' or ')}`]),
  ];
  return asked.length === 0 ? 'always' : asked.join(', ');
}

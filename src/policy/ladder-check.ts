/** One ladder, looked at: whom each level reaches now and over the days to come, what is wrong, and what happens if it is ignored. */
import { type Defect, defectsOf, isWorse, type Severity } from './defect.ts';
import type { Facts, NamedLadder } from './facts.ts';
import { type IfIgnored, ifIgnored } from './if-ignored.ts';
import type { EscalationPolicy } from './policy.ts';
import { levelReach, type Reach } from './reach.ts';
import { DAY } from './wall-clock.ts';

/** How far ahead is looked. */
export const AHEAD_MS = 14 * DAY;

export interface LevelCheck {
  readonly level: number;
  readonly name: string;
  readonly now: Reach;
  /** The worst first. */
  readonly defects: readonly Defect[];
}

export interface LadderCheck {
  readonly name: string;
  /** Healthy where nothing but warnings was found. */
  readonly verdict: 'healthy' | 'problem' | 'inconclusive';
  readonly levels: readonly LevelCheck[];
  readonly ignored: IfIgnored;
}

/** `at`: now, epoch milliseconds. */
export function checkLadder(
  { name, escalation }: NamedLadder<EscalationPolicy>,
  facts: Facts,
  at: number,
  aheadMs: number = AHEAD_MS,
): LadderCheck {
  const levels = escalation.levels.map((level, index) => ({
    level: index + 1,
    name: level.name,
    now: levelReach(level, facts, at),
    defects: defectsOf(level, facts, { from: at, to: at + aheadMs }),
  }));
  return {
    name,
    verdict: verdictOf(levels.flatMap(({ defects }) => defects)),
    levels,
    ignored: ifIgnored(escalation, facts, at),
  };
}

function verdictOf(defects: readonly Defect[]): LadderCheck['verdict'] {
  const severities = new Set(defects.map(({ severity }) => severity));
  if (severities.has('problem')) return 'problem';
  return severities.has('unknown') ? 'inconclusive' : 'healthy';
}

/** Every defect with its level, the worst first. */
export const worstFirst = ({
  levels,
}: LadderCheck): { readonly level: LevelCheck; readonly defect: Defect }[] =>
  levels
    .flatMap((level) => level.defects.map((defect) => ({ level, defect })))
    .sort((a, b) => order(a.defect.severity, b.defect.severity));

const order = (one: Severity, other: Severity): number =>
  isWorse(one, other) ? -1 : isWorse(other, one) ? 1 : 0;

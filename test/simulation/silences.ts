/** Silences of a night: two windows that were planned, and what people make and end in between; and who is silenced then. */

import type { Store } from '../../src/engine/ports.ts';
import type { SilenceDeps } from '../../src/engine/silence.ts';
import type { Incident } from '../../src/incident/incident.ts';
import type { MaintenanceWindow } from '../../src/policy/silence.ts';
import { policy } from '../unit/sample-incident.ts';
import type { Random } from './random.ts';

const MINUTE = 60_000;

export interface Act {
  at: number;
  /** Its cause: tried again, it makes one. */
  readonly id: string;
  readonly does: 'make' | 'end';
  readonly lengthMs: number;
}

export const windowsOf = (random: Random, start: number): readonly MaintenanceWindow[] =>
  random.chance(0.5)
    ? []
    : [5 + random.below(20), 40 + random.below(40)].map((after, index) => {
        const from = start + after * MINUTE;
        return {
          name: `w${index}`,
          reason: 'upgrade',
          times: { once: { from, to: from + (1 + random.below(25)) * MINUTE } },
        };
      });

export const actsOf = (random: Random, start: number): Act[] =>
  Array.from({ length: random.below(4) }, (_, index) => `${index}`).flatMap((id): Act[] => {
    const at = start + random.below(120 * MINUTE);
    const lengthMs = (1 + random.below(60)) * MINUTE;
    const ends: Act[] = random.chance(0.5)
      ? [{ at: at + random.below(lengthMs), id, does: 'end', lengthMs }]
      : [];
    return [{ at, id, does: 'make', lengthMs }, ...ends];
  });

export const silencingWith = (store: Store): SilenceDeps => ({
  store,
  topics: new Map(),
  schedules: new Map(),
  estate: {
    environments: ['production'],
    policy: () => policy(),
    ladders: () => ({ default: policy().escalation, named: new Map(), rules: [] }),
  },
  longestMs: 24 * 60 * MINUTE,
});

export interface Oracle {
  /** A silence that was made, or another end of it. */
  note(id: string, from: number, to: number): void;
  /** Whether anything silences an incident for which people were last called by hand at `liftedAt`. */
  isQuiet(at: number, liftedAt: number): boolean;
}

/** Knows nothing of how the engine finds it out. */
export function createOracle(windows: readonly MaintenanceWindow[]): Oracle {
  const spans = new Map<string, { readonly from: number; readonly to: number }>();
  for (const { name, times } of windows) if ('once' in times) spans.set(name, times.once);
  return {
    note: (id, from, to) => void spans.set(id, { from, to }),
    isQuiet: (at, liftedAt) =>
      [...spans.values()].some(({ from, to }) => from <= at && at < to && from > liftedAt),
  };
}

export const rests = ({ status, ladder }: Incident): boolean =>
  status === 'open' && ladder.state === 'stopped';

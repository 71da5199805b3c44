/** When nothing is to be changed: planned in paksa.yaml. Taking back goes on; so does what is decided by breaking the glass. */
import { covers, inForceAt, type MaintenanceWindow, type Period, periodsOfWindow } from './silence.ts';

export interface Freeze extends Omit<MaintenanceWindow, 'labels'> {
  /** Whether it lets the fixes of a declared emergency through. */
  readonly emergencies: boolean;
}

/** What is to be changed. */
export interface Changed {
  readonly environment: string;
  readonly topic: string;
  readonly isEmergency: boolean;
}

/** The period in force that ends last; undefined while changes may be made. `at`: epoch milliseconds. */
export function frozenBy(freezes: readonly Freeze[], changed: Changed, at: number): Period | undefined {
  const about = { ...changed, isOnly: () => false };
  const periods = freezes
    .filter((freeze) => covers(freeze, about) && !(changed.isEmergency && freeze.emergencies))
    .flatMap((freeze) => periodsOfWindow(freeze, at));
  return inForceAt(periods, at).toSorted((a, b) => b.to - a.to)[0];
}

/** `A change freeze is on until 2027-01-04 08:00 UTC: year’s end`, without a full stop. */
export const freezeLine = ({ to, reason }: Period): string =>
  `A change freeze is on until ${new Date(to).toISOString().slice(0, 16).replace('T', ' ')} UTC: ${reason.replace(/\.+$/, '')}`;

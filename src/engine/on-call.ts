/** Who is on call in the schedules of paksa.yaml: for a page, for a permission, and for whoever asks. */
import { closest } from 'fastest-levenshtein';
import { AdapterError, UserError } from '../errors.ts';
import type { Recipient } from '../policy/policy.ts';
import { gaps, onCallAt, type Schedule, type Span, type Standing, standing } from '../policy/schedule.ts';
import { DAY, wallText } from '../policy/wall-clock.ts';
import type { RecordedOverride, Schedules, Store } from './ports.ts';

export interface OnCallDeps {
  readonly store: Pick<Store, 'transact'>;
  readonly schedules: Schedules;
}

/** How far ahead gaps are looked for. */
export const GAPS_WITHIN_MS = 14 * DAY;

export interface OnCall extends Standing {
  readonly schedule: Schedule;
  /** The instant of all this, epoch milliseconds. */
  readonly at: number;
  /** The override that makes it so, and who would be on call without any. */
  readonly inForce?: { readonly override: RecordedOverride; readonly insteadOf?: string };
  /** When nobody is on call, within `GAPS_WITHIN_MS`. */
  readonly gaps: readonly Span[];
}

/** @throws UserError naming the nearest */
export function scheduleOf(schedules: Schedules, name: string): Schedule {
  const schedule = schedules.get(name);
  if (schedule) return schedule;
  const known = [...schedules.keys()];
  throw new UserError(
    known.length === 0
      ? 'No schedule is configured: add one under “schedules” in paksa.yaml.'
      : `There is no schedule “${name}”. Did you mean “${closest(name, known)}”?`,
  );
}

/** Of the schedule named, or of each, in the file's order. @throws UserError on an unknown name */
export async function whoIsOnCall({ store, schedules }: OnCallDeps, name?: string): Promise<OnCall[]> {
  const asked = name === undefined ? [...schedules.values()] : [scheduleOf(schedules, name)];
  return store.transact(async ({ now, overrides }) => {
    const all: OnCall[] = [];
    for (const schedule of asked) all.push(onCall(schedule, await overrides.since(schedule.name, now), now));
    return all;
  });
}

function onCall(schedule: Schedule, overrides: readonly RecordedOverride[], at: number): OnCall {
  const now = standing(schedule, overrides, at);
  const override = overrides.find(({ id }) => id === now.override);
  const insteadOf = override && onCallAt(schedule, [], at);
  return {
    ...now,
    schedule,
    at,
    ...(override ? { inForce: { override, ...(insteadOf === undefined ? {} : { insteadOf }) } } : {}),
    gaps: gaps(schedule, overrides, { from: at, to: at + GAPS_WITHIN_MS }),
  };
}

/** Those of the schedules named in which this user is on call now. One that is not there any more has nobody. */
export async function onCallIn(
  { store, schedules }: OnCallDeps,
  user: string,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  return store.transact(async ({ now, overrides }) => {
    const found: string[] = [];
    for (const name of new Set(names)) {
      const schedule = schedules.get(name);
      if (schedule && onCallAt(schedule, await overrides.since(name, now), now) === user) found.push(name);
    }
    return found;
  });
}

/**
 * Whom a schedule's page is for: who is on call when it is first sent, however often that has to be tried.
 * @throws AdapterError, not retryable, when nobody is
 */
export async function whoTakes(
  { store, schedules }: OnCallDeps,
  name: string,
  page: string,
): Promise<Recipient> {
  const schedule = schedules.get(name);
  if (!schedule) throw nobody(`The schedule “${name}” is not in paksa.yaml any more: put it back.`);
  return store.transact(async ({ now, overrides }) => {
    const settled = await overrides.recipient(page);
    if (settled !== undefined) return { kind: 'user', id: settled };
    const { user, until } = standing(schedule, await overrides.since(name, now), now);
    if (user === undefined) throw nobody(noOne(schedule, until));
    return { kind: 'user', id: await overrides.settleRecipient(page, user) };
  });
}

const noOne = ({ name, timeZone }: Schedule, until: number | undefined): string =>
  `Nobody is on call in “${name}” until ${until === undefined ? 'further notice' : wallText(timeZone, until)}: make an override with “/paksa override ${name}”.`;

const nobody = (message: string): AdapterError =>
  new AdapterError(message, {
    system: 'paging',
    operation: 'find who is on call',
    fault: 'not-found',
    retryable: false,
  });

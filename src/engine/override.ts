/** Makes and ends overrides: checked, recorded, and told to whoever is on call then, in one commit. */
import { UserError } from '../errors.ts';
import type { Actor } from '../policy/permission.ts';
import type { Grantee } from '../policy/policy.ts';
import { leadersOf, mayOverride } from '../policy/realm.ts';
import { HORIZON_MS, onCallAt, type Schedule, standing } from '../policy/schedule.ts';
import { DAY } from '../policy/wall-clock.ts';
import { forbidden, type Refused } from './apply.ts';
import { type OnCallDeps, scheduleOf } from './on-call.ts';
import type { Estate, RecordedOverride, Transaction } from './ports.ts';

export interface OverrideDeps extends OnCallDeps {
  readonly estate: Pick<Estate, 'environments' | 'policy'>;
}

export interface OverrideRequest {
  readonly schedule: string;
  /** Who is to be on call. */
  readonly user: string;
  /** Epoch milliseconds; now when absent. */
  readonly from?: number | undefined;
  /** When somebody else would be on call anyway, when absent. */
  readonly to?: number | undefined;
  readonly by: Actor;
  /** What led to it, such as a payload's id: the same cause makes one. */
  readonly cause: string;
}

export type Overridden =
  | { readonly done: true; readonly override: RecordedOverride; readonly schedule: Schedule }
  | Refused;

/** Approvers of every environment: they may arrange who is on call, beside those who are in the schedule. */
export const approversOf = ({ environments, policy }: OverrideDeps['estate']): readonly Grantee[] =>
  environments.flatMap((environment) => leadersOf(policy(environment)));

/** @throws UserError on an unknown schedule, or a time that cannot be meant */
export async function makeOverride(deps: OverrideDeps, request: OverrideRequest): Promise<Overridden> {
  const schedule = scheduleOf(deps.schedules, request.schedule);
  const permission = mayOverride(schedule, approversOf(deps.estate), request.by);
  if (!permission.allowed) return forbidden(permission);
  return deps.store.transact(async (tx): Promise<Overridden> => {
    // What is past is past: it begins now at the earliest.
    const from = Math.max(request.from ?? tx.now, tx.now);
    const to = request.to ?? (await handover(tx, schedule, from));
    if (to <= from) throw new UserError('It would be over before it begins: give a later end.');
    if (to - from > HORIZON_MS)
      throw new UserError(
        `An override lasts ${HORIZON_MS / DAY} days at most: change the schedule in paksa.yaml.`,
      );
    const override = await tx.overrides.make(
      { schedule: schedule.name, user: request.user, from, to, madeBy: request.by.id },
      request.cause,
    );
    await tx.send({ task: 'publish', subject: `override/${override.id}` });
    return { done: true, override, schedule };
  });
}

async function handover({ overrides, now }: Transaction, schedule: Schedule, from: number): Promise<number> {
  const { until } = standing(schedule, await overrides.since(schedule.name, now), from);
  if (until === undefined)
    throw new UserError(
      `Nothing changes in “${schedule.name}” for ${HORIZON_MS / DAY} days: say until when.`,
    );
  return until;
}

/** Ends one early. @throws UserError when there is no such override, or its schedule is gone */
export async function endOverride(deps: OverrideDeps, id: string, by: Actor): Promise<Overridden> {
  return deps.store.transact(async (tx): Promise<Overridden> => {
    const found = await tx.overrides.find(id);
    if (!found) throw new UserError('There is no such override.');
    const schedule = scheduleOf(deps.schedules, found.schedule);
    const permission = mayOverride(schedule, approversOf(deps.estate), by);
    const isTheirs = by.id === found.user || by.id === found.madeBy;
    if (!isTheirs && !permission.allowed) return forbidden(permission);
    const override = await tx.overrides.end(id, by.id);
    if (!override) return { done: false, why: 'That override is over already.' };
    await tx.send({ task: 'publish', subject: `override/${id}` });
    return { done: true, override, schedule };
  });
}

export interface OverrideNews {
  readonly override: RecordedOverride;
  /** Who is on call again because it was ended early; nobody where it had not begun, or nobody is. */
  readonly relieving?: string;
}

/** What is to be told of an override; undefined when there is none, or its schedule is gone. */
export async function overrideNews(deps: OnCallDeps, id: string): Promise<OverrideNews | undefined> {
  return deps.store.transact(async ({ overrides }) => {
    const override = await overrides.find(id);
    const schedule = override && deps.schedules.get(override.schedule);
    if (!override || !schedule) return undefined;
    if (override.endedBy === undefined || override.to <= override.from) return { override };
    const relieving = onCallAt(schedule, await overrides.since(schedule.name, override.to), override.to);
    return relieving === undefined || relieving === override.user ? { override } : { override, relieving };
  });
}

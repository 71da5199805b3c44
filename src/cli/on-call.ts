/** `paksa oncall` and `paksa override`: the schedules in a terminal. Who is put on call is told by the bot, once it runs. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type OnCall, scheduleOf, whoIsOnCall } from '../engine/on-call.ts';
import { endOverride, makeOverride, type Overridden, type OverrideDeps } from '../engine/override.ts';
import { UserError } from '../errors.ts';
import { periodOf } from '../policy/moment.ts';
import { wallText } from '../policy/wall-clock.ts';
import { print, shown } from './print.ts';
import { EXIT } from './usage.ts';

/** Resolves with the exit code: a problem when nobody is on call. @throws UserError on an unknown schedule */
export async function showOnCall(deps: OverrideDeps, name: string | undefined): Promise<number> {
  const all = await whoIsOnCall(deps, name);
  if (all.length === 0) print('No schedule is configured: add one under “schedules” in paksa.yaml.');
  for (const onCall of all) print(...onCallLines(onCall));
  return all.some(({ user }) => user === undefined) ? EXIT.problem : EXIT.healthy;
}

/** Who is on call in a schedule, who is next, and its gaps. */
export function onCallLines(onCall: OnCall): string[] {
  const { schedule, user, until, next, inForce } = onCall;
  const at = (moment: number) => wallText(schedule.timeZone, moment);
  const end = until === undefined ? '' : ` until ${at(until)}`;
  const instead = inForce ? `, instead of ${inForce.insteadOf ?? 'nobody'}` : '';
  return [
    `${schedule.name}: ${user === undefined ? '!!  nobody' : `user ${user}`}${end}${instead}`,
    ...(inForce ? [`  override ${inForce.override.id}, made by ${inForce.override.madeBy}`] : []),
    ...(next ? [`  next: user ${next.user}, from ${at(next.from)} to ${at(next.to)}`] : []),
    ...gapLines(onCall),
  ].map(shown);
}

/** A warning for each time at which nobody is on call. */
export const gapLines = ({ schedule, gaps }: OnCall): string[] =>
  gaps.map(
    ({ from, to }) =>
      `  !!  nobody in ${schedule.name} from ${wallText(schedule.timeZone, from)} to ${wallText(schedule.timeZone, to)}`,
  );

/** Resolves with the exit code. @throws UserError when it cannot be done, and why */
export async function override(
  deps: OverrideDeps,
  name: string,
  [who, ...moments]: readonly string[],
): Promise<number> {
  const { timeZone } = scheduleOf(deps.schedules, name);
  const by = { id: `cli:${userInfo().username}`, groups: [] };
  if (who === 'end') {
    const [now] = await whoIsOnCall(deps, name);
    if (!now?.inForce) throw new UserError(`No override is in force in “${name}”.`);
    return said(await endOverride(deps, now.inForce.override.id, by));
  }
  if (who === undefined || !/^[UW][A-Z0-9]+$/.test(who))
    throw new UserError('Who? Give a user’s id, such as U012AB3CD (profile › ⋮ › Copy member ID), or “end”.');
  const now = await deps.store.transact(async (tx) => tx.now);
  const { from, to, unknown } = periodOf(
    moments.map((word) => word.toLowerCase()),
    timeZone,
    now,
  );
  if (unknown !== undefined)
    throw new UserError(`“${unknown}” is no moment: write now, 18:00, 2026-12-24T18:00 or 2h.`);
  return said(await makeOverride(deps, { schedule: name, user: who, from, to, by, cause: randomUUID() }));
}

function said(overridden: Overridden): number {
  if (!overridden.done) throw new UserError(overridden.why);
  const { override: made, schedule } = overridden;
  const at = (moment: number) => wallText(schedule.timeZone, moment);
  print(
    shown(
      made.endedBy === undefined
        ? `user ${made.user} is on call in ${made.schedule} from ${at(made.from)} to ${at(made.to)}`
        : `the override of user ${made.user} in ${made.schedule} has ended`,
    ),
  );
  return EXIT.healthy;
}

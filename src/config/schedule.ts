/** What paksa.yaml says of who is on call, and that every schedule that a ladder names is there. */
import { z } from 'zod';
import type { Schedule } from '../policy/schedule.ts';
import { matching } from './fields.ts';
import { block, must, nearest } from './refusal.ts';
import { day, timeOfDay, timeZone, weekday, window } from './time.ts';
import { scheduleName } from './who.ts';

const MOST_TURN_HOURS = 366 * 24;
const WEEK_HOURS = 7 * 24;

const TURN = `daily, weekly, or a number of days or hours, such as 3d or 12h, at most ${MOST_TURN_HOURS / 24}d`;
const rotation = z.string(must(TURN)).transform((written, context): number => {
  if (written === 'daily') return 24;
  if (written === 'weekly') return WEEK_HOURS;
  const [, count, unit] = /^([1-9]\d{0,3})([dh])$/.exec(written) ?? [];
  const hours = Number(count) * (unit === 'd' ? 24 : 1);
  if (hours <= MOST_TURN_HOURS) return hours;
  context.issues.push({ code: 'custom', message: `must be ${TURN}`, input: written });
  return z.NEVER;
});

const layer = block({
  users: z
    .array(
      matching(/^[UW][A-Z0-9]+$/, "a user's id, such as U012AB3CD"),
      must("a list of users' ids, in turn"),
    )
    .min(1, must("a list of at least one user's id")),
  rotation,
  start: day,
  handover: block({ at: timeOfDay.default('09:00'), on: weekday.optional() }).prefault({}),
  only: z.array(window, must('a list of { days, from, to }')).default([]),
})
  .refine(({ rotation: hours, handover: { on } }) => on === undefined || hours % WEEK_HOURS === 0, {
    path: ['handover', 'on'],
    message: 'needs turns of whole weeks: set rotation to weekly or a multiple of 7d, or leave it out',
  })
  .transform(({ rotation: turnHours, ...rest }) => ({ ...rest, turnHours }));

const schedule = block({
  timeZone,
  layers: z.array(layer, must('a list of layers')).min(1, must('a list of at least one layer')),
});

export const schedules = z.record(scheduleName, schedule, must('a block of schedules by name'));

export const schedulesByName = (described: z.output<typeof schedules>): ReadonlyMap<string, Schedule> =>
  new Map(Object.entries(described).map(([name, rest]) => [name, { name, ...rest }]));

interface Ladder {
  readonly levels: readonly {
    readonly responders: readonly { readonly kind: string; readonly id: string }[];
  }[];
}

interface Naming {
  readonly schedules: z.output<typeof schedules>;
  readonly ladder: Ladder;
  readonly ladders: Readonly<Record<string, Ladder>>;
  readonly environments: Readonly<Record<string, { readonly ladder?: Ladder | undefined }>>;
}

/** A ladder that names a schedule which is not there would page nobody, and say so when it is too late. */
export function refuseUnknown(file: Naming, context: z.core.$RefinementCtx): void {
  const known = Object.keys(file.schedules);
  const look = (ladder: Ladder | undefined, ...path: readonly string[]): void => {
    for (const [level, { responders }] of (ladder?.levels ?? []).entries())
      for (const [index, { kind, id }] of responders.entries()) {
        if (kind !== 'schedule' || known.includes(id)) continue;
        const meant = nearest(id, known) ?? known.join(', ');
        const hint = known.length === 0 ? 'add it there' : `did you mean ${meant}?`;
        context.addIssue({
          code: 'custom',
          path: [...path, 'levels', level, 'responders', index, 'schedule'],
          message: `names “${id}”, which is not among the schedules: ${hint}`,
        });
      }
  };
  look(file.ladder, 'ladder');
  for (const [name, ladder] of Object.entries(file.ladders)) look(ladder, 'ladders', name);
  for (const [name, { ladder }] of Object.entries(file.environments))
    look(ladder, 'environments', name, 'ladder');
}

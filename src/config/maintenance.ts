/** What paksa.yaml says of maintenance windows, change freezes, and silences that people make. */
import { z } from 'zod';
import type { Freeze } from '../policy/freeze.ts';
import type { MaintenanceWindow } from '../policy/silence.ts';
import { dayOf, instantOf, timeOf } from '../policy/wall-clock.ts';
import type { Window } from '../policy/window.ts';
import { LABEL } from './alerts.ts';
import { duration } from './duration.ts';
import { matching, names, text } from './fields.ts';
import { block, must, nearest } from './refusal.ts';
import { timeZone, window } from './time.ts';

const MOMENT = must('a day and a time in quotes, such as "2026-12-24 18:00"');
/** On the wall's clock: in milliseconds, as UTC would count them. */
const moment = z.string(MOMENT).transform((written, context): number => {
  const [date = '', time = '', more] = written.trim().split(/[ T]/);
  const day = dayOf(date);
  const within = timeOf(time);
  if (day !== undefined && within !== undefined && more === undefined) return day + within;
  context.issues.push({ code: 'custom', message: MOMENT.error({ input: written }), input: written });
  return z.NEVER;
});

const once = block({ from: moment, to: moment }).refine(({ from, to }) => from < to, {
  path: ['to'],
  message: 'must be later than from',
});

const planned = {
  reason: text('why, as people will read it'),
  environments: names("an environment's name").optional(),
  topics: names('a topic, such as ssl').optional(),
  timeZone,
  weekly: z
    .array(window, must('a list of { days, from, to }'))
    .min(1, must('a list of at least one { days, from, to }'))
    .optional(),
  once: once.optional(),
};

interface Times {
  readonly timeZone: string;
  readonly weekly?: readonly Window[] | undefined;
  readonly once?: { readonly from: number; readonly to: number } | undefined;
}

/** The same with its times on the world's clock. */
function timed<Described extends Times>(described: Described, context: z.core.ParsePayload) {
  const { weekly, once: single, timeZone: zone, ...rest } = described;
  if (weekly && !single) return { ...rest, times: { weekly, timeZone: zone } };
  if (single && !weekly) {
    const times = { once: { from: instantOf(zone, single.from), to: instantOf(zone, single.to) } };
    return { ...rest, times };
  }
  context.issues.push({
    code: 'custom',
    message: 'must have one of once: { from, to } and weekly: [{ days, from, to }]',
    input: weekly,
  });
  return z.NEVER;
}

const maintenanceWindow = block({
  ...planned,
  labels: z.record(LABEL, z.string(must("a label's value")), must('a block of labels')).optional(),
}).transform((described, context): Omit<MaintenanceWindow, 'name'> => timed(described, context));

const freeze = block({
  ...planned,
  emergencies: z.boolean(must('true or false')).default(true),
}).transform((described, context): Omit<Freeze, 'name'> => timed(described, context));

const name = matching(
  /^[a-z][a-z0-9-]{0,39}$/,
  'the name of a window: lower-case letters, digits and hyphens, such as deploys',
);

export const maintenance = z.record(name, maintenanceWindow, must('a block of windows by name'));
export const freezes = z.record(name, freeze, must('a block of change freezes by name'));

export const silences = block({
  timeZone: timeZone.optional(),
  longest: duration('1m', '92d').default(7 * 24 * 3_600_000),
}).transform(({ longest, ...rest }) => ({ ...rest, longestMs: longest }));

export const byName = <Described>(
  described: Readonly<Record<string, Described>>,
): readonly (Described & { readonly name: string })[] =>
  Object.entries(described).map(([name, rest]) => ({ name, ...rest }));

interface File {
  readonly maintenance: z.output<typeof maintenance>;
  readonly freezes: z.output<typeof freezes>;
  readonly environments: Readonly<Record<string, unknown>>;
}

/** One for an environment that is not there would silence, or freeze, nothing. */
export function refuseUnknownEnvironments(file: File, context: z.core.$RefinementCtx): void {
  const known = Object.keys(file.environments);
  for (const key of ['maintenance', 'freezes'] as const)
    for (const [window, { environments = [] }] of Object.entries(file[key]))
      for (const [index, environment] of environments.entries())
        if (!known.includes(environment))
          context.addIssue({
            code: 'custom',
            path: [key, window, 'environments', index],
            message: `is no environment: did you mean ${nearest(environment, known) ?? known.join(', ')}?`,
          });
}

/** On whose clock people type `until 18:00`. */
interface Clocks {
  readonly silences: z.output<typeof silences>;
  readonly businessHours?: { readonly timeZone: string } | undefined;
  readonly schedules: Readonly<Record<string, { readonly timeZone: string }>>;
}

export interface SilenceSettings {
  /** Of the IANA database: what is typed is read on its clock. */
  readonly timeZone: string;
  /** How long one may last, in milliseconds. */
  readonly longestMs: number;
}

export const silenceSettings = ({ silences: own, businessHours, schedules }: Clocks): SilenceSettings => ({
  longestMs: own.longestMs,
  timeZone: own.timeZone ?? businessHours?.timeZone ?? Object.values(schedules)[0]?.timeZone ?? 'Etc/UTC',
});

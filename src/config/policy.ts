/** What paksa.yaml says of the ladder and of approvals, for all environments or for one. */
import { z } from 'zod';
import type { ApprovalPolicy, RoomPolicy } from '../policy/policy.ts';
import { ALONE, type AloneLimits } from '../policy/risk.ts';
import { duration } from './duration.ts';
import { count, text } from './fields.ts';
import { pagerNames } from './pagers.ts';
import { block, must } from './refusal.ts';
import { oneOf } from './who.ts';

const level = block({
  name: text("the level's name"),
  delay: duration('1s', '7d').default(600_000),
  repeats: count('how often the level is paged', 1, 20).default(1),
  responders: z
    .array(oneOf('user', 'usergroup', 'channel', 'schedule'), must('a list of responders'))
    .default([]),
  pagers: pagerNames.optional(),
}).transform(({ delay, pagers, ...rest }) => ({
  ...rest,
  delayMs: delay,
  ...(pagers === undefined ? {} : { pagers }),
}));

/** The troubleshooting guide's four levels, with nobody in them yet. */
const GUIDE_LEVELS = [
  'Development team',
  'DevOps/Infrastructure team',
  'Senior architects',
  'External consultants',
];

export const ladder = block({
  firstPageAfter: duration('0s', '7d').default(600_000),
  levels: z
    .array(level, must('a list of levels, the first to be paged first'))
    .min(1, must('a list of at least one level'))
    .max(10, must('a list of at most ten levels'))
    .prefault(GUIDE_LEVELS.map((name) => ({ name }))),
  afterLast: z.enum(['repeat', 'stop'], must('repeat or stop')).default('stop'),
}).transform(({ firstPageAfter, ...rest }) => ({ ...rest, firstPageAfterMs: firstPageAfter }));

const alone = (what: string, fallback: number) => count(what, 0, 1_000_000_000).default(fallback);

/** How much one person may decide on; `replicas` in percent. */
const twoPeople = block({
  for: z.enum(['high', 'never'], must('high or never')).default('high'),
  rows: alone('how many rows', ALONE.rows),
  keys: alone('how many keys', ALONE.keys),
  sessions: alone('how many sessions', ALONE.sessions),
  replicas: count('a share in percent', 0, 100).default(ALONE.replicas * 100),
}).transform(({ for: which, replicas, ...rest }): AloneLimits | undefined =>
  which === 'high' ? { ...rest, replicas: replicas / 100 } : undefined,
);

const breakGlass = block({
  for: z.enum(['ladder', 'nobody'], must('ladder or nobody')).default('nobody'),
  review: duration('1m', '92d').default(86_400_000),
}).transform(({ for: who, review }) => (who === 'ladder' ? { reviewWithinMs: review } : undefined));

export const approvals = block({
  approvers: z.array(oneOf('user', 'usergroup'), must('a list of users and user groups')).default([]),
  expires: duration('10s', '7d').default(1_800_000),
  selfApproval: z.boolean(must('true or false')).default(false),
  twoPeople: twoPeople.prefault({}),
  breakGlass: breakGlass.prefault({}),
}).transform(
  ({ expires, twoPeople: limits, breakGlass: glass, ...rest }): ApprovalPolicy => ({
    ...rest,
    expiresMs: expires,
    ...(limits ? { twoPeople: limits } : {}),
    ...(glass ? { breakGlass: glass } : {}),
  }),
);

export const rooms = block({
  for: z.enum(['emergencies', 'critical'], must('emergencies or critical')).default('emergencies'),
  private: z.boolean(must('true or false')).default(false),
  archiveAfter: duration('0s', '90d').optional(),
}).transform(
  ({ private: isPrivate, archiveAfter, ...rest }): RoomPolicy => ({
    ...rest,
    isPrivate,
    ...(archiveAfter === undefined ? {} : { archiveAfterMs: archiveAfter }),
  }),
);

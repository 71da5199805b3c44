/** Strings, lists and identifiers with Slack's limits, refused in Slack's words. */
import { z } from 'zod';
import { codePoints } from '../fields.ts';

/** At most `max` code points, at least `min`. */
export function text(max: number, min = 1) {
  return z.string({ error: stringError }).superRefine((value, context) => {
    const length = codePoints(value);
    if (length > max)
      context.addIssue({ code: 'custom', message: `must be less than ${max + 1} characters` });
    if (length < min)
      context.addIssue({ code: 'custom', message: `must be more than ${min - 1} characters` });
  });
}

function stringError(issue: { input?: unknown }): string | undefined {
  return issue.input === undefined ? undefined : 'must provide a string';
}

export function list<Item extends z.ZodType>(item: Item, max: number, min = 1) {
  return z
    .array(item)
    .max(max, `no more than ${max} items allowed`)
    .min(min, `no fewer than ${min} items allowed`);
}

/** `action_id`, `block_id` and `callback_id`. An empty one counts as absent. */
export const identifier = text(255, 0);

export const url = text(3000);

export const blockBase = { block_id: identifier.optional() };

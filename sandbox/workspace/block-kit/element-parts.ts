/** What elements have in common. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { confirm, plain } from './composition.ts';
import { identifier } from './primitives.ts';

export const actionable = { action_id: identifier.optional() };
export const confirmable = { ...actionable, confirm: confirm.optional() };
export const focusable = { focus_on_load: z.boolean().optional() };
export const placeheld = { placeholder: plain(150).optional() };
export const menu = { ...confirmable, ...focusable, ...placeheld };
export const several = { max_selected_items: z.int().min(1, 'must be at least 1').optional() };
const dispatchable = {
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])) })
    .optional(),
};
export const typed = { ...actionable, ...focusable, ...placeheld, ...dispatchable };

interface Chosen {
  options?: unknown[] | undefined;
  option_groups?: { options: unknown[] }[] | undefined;
  initial_option?: unknown;
  initial_options?: unknown[] | undefined;
}
/** Slack wants what is chosen at first to be one of the options, to the letter. */
export function isAmongOptions(element: Chosen): boolean {
  const { options = [], option_groups = [], initial_option, initial_options = [] } = element;
  const known = [...options, ...option_groups.flatMap((group) => group.options)];
  const chosen = initial_option === undefined ? initial_options : [initial_option];
  return chosen.every((one) => known.some((option) => isDeepStrictEqual(option, one)));
}
export const AMONG_OPTIONS = 'initial options must exactly match one of the options';

/** The parts of Slack's payloads that Paksa reads, and what a button asks for. Everything else in them is ignored. */
import { z } from 'zod';
import type { Decision } from '../engine/decide.ts';

export const Receipt = z.object({ receipt: z.string() });
export const Pressed = z.object({
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }).optional(),
  response_url: z.string().optional(),
  trigger_id: z.string(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().default(''),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});
export const Submitted = z.object({
  user: z.object({ id: z.string() }),
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({ reason: z.object({ text: z.object({ value: z.string().nullish() }) }) }),
    }),
  }),
});

/** Undefined for a button that is not one of these. */
export function decisionOf(verb: string, part: string, version: number): Decision | undefined {
  switch (verb) {
    case 'fix':
      return { decision: 'request-fix', fix: part };
    case 'approve':
      return { decision: 'approve', fix: part, round: version };
    case 'undo':
      return { decision: 'undo', fix: part, round: version };
    case 'take':
      return { decision: 'take-step', step: part, round: version };
    case 'tick':
      return { decision: 'tick-step', step: part, round: version };
    case 'retry':
      return { decision: 'retry-step', step: part, round: version };
    case 'acknowledge':
      return { decision: 'acknowledge' };
    case 'escalate':
      return { decision: 'escalate', step: version };
    case 'resolve':
      return { decision: 'resolve' };
    default:
      return undefined;
  }
}

/** A choice of the menu is a button's press: `snooze/INC-12::3`. */
export function chosenIn(option: string): { readonly action_id: string; readonly value: string } {
  const at = option.indexOf('/');
  return { action_id: option.slice(0, at), value: option.slice(at + 1) };
}

/**
 * Opsgenie's outgoing webhook, and Jira Service Management's, which sends the same: neither signs, but both send headers of
 * one's own, so that a token in `Authorization` says who it is. An address with the token in it would be in every log.
 * https://docs.opsgenie.com/docs/webhook-integration, …/docs/marid-alert-action-data
 */
import { z } from 'zod';
import type { ReadReply, ReplySource } from '../engine/replies.ts';
import { atService } from '../incident/actor.ts';
import type { Deed } from '../incident/event.ts';
import { header, name, note, PAGE_KEY, readJson, receiptId } from './reply-fields.ts';
import { carriesToken } from './token.ts';

export const SERVICE = 'Opsgenie';

const DEEDS: Readonly<Record<string, Deed>> = {
  Acknowledge: 'acknowledge',
  // Who takes it is at it; to whom it is given may be asleep.
  TakeOwnership: 'acknowledge',
  UnAcknowledge: 'unacknowledge',
  Escalate: 'escalate',
  EscalateNext: 'escalate',
  Close: 'resolve',
  AddNote: 'note',
};

/** Names under which nobody in particular acts: Opsgenie's rules, and Paksa itself. */
const MACHINES = new Set(['', 'System', 'Alert API', 'Paksa']);

const Action = z.object({
  action: z.string(),
  source: z.object({ name: z.string().nullish(), type: z.string().nullish() }).nullish(),
  alert: z.object({
    alertId: z.string().min(1),
    alias: z.string().nullish(),
    username: name.nullish(),
    note: note.nullish(),
    /** Nanoseconds since 1970; in some of them, milliseconds. */
    updatedAt: z.number().nullish(),
  }),
});

export const createOpsgenieReplies = (pager: string, token: string): ReplySource => ({
  read: (request) => {
    if (!carriesToken(header(request, 'authorization') || undefined, token))
      return { refused: 401, why: 'it does not carry the token: add it to the webhook’s headers' };
    const read = readJson(request.body, Action);
    return 'refused' in read ? read : replyTo(pager, read.value);
  },
});

function replyTo(pager: string, { action, source, alert }: z.output<typeof Action>): ReadReply {
  const deed = DEEDS[action];
  if (deed === undefined) return { ignored: action };
  const { alertId, alias, username, note: text, updatedAt } = alert;
  if (!alias || !PAGE_KEY.test(alias)) return { ignored: 'not one of Paksa’s pages' };
  const by = username ?? '';
  const isMachine = MACHINES.has(by) || source?.name === 'Paksa';
  // It has no id of its own: the same thing done by the same person at the same nanosecond is the same.
  const id = receiptId(pager, JSON.stringify([alertId, action, by, updatedAt, text]));
  if (deed === 'note' && (isMachine || !text)) return { ignored: 'a note of nobody’s' };
  const at = updatedAt == null ? undefined : millisecondsOf(updatedAt);
  return {
    id,
    reply: {
      pager,
      of: { key: alias, known: alertId },
      deed,
      actor: atService({ service: SERVICE, name: isMachine ? '' : by }),
      ...(isMachine ? { byItself: true } : {}),
      ...(deed === 'note' && text ? { text } : {}),
      ...(at === undefined ? {} : { at }),
    },
  };
}

/** After the year 5138, if it were milliseconds. */
const NANOSECONDS = 1e14;

const millisecondsOf = (moment: number): number =>
  moment > NANOSECONDS ? Math.floor(moment / 1e6) : Math.floor(moment);

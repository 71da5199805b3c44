/**
 * PagerDuty's webhooks, version 3: https://developer.pagerduty.com/docs/webhooks-overview, …/verifying-signatures. A note
 * names PagerDuty's own incident alone, so that its name is learnt from every event that has Paksa's key beside it.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { RawReply, ReadReply, Reply, ReplySource } from '../engine/replies.ts';
import { atService } from '../incident/actor.ts';
import type { Deed } from '../incident/event.ts';
import { header, instant, isSame, name, note, PAGE_KEY, readJson, receiptId } from './reply-fields.ts';

export const SERVICE = 'PagerDuty';

const DEEDS: Readonly<Record<string, Deed>> = {
  'incident.acknowledged': 'acknowledge',
  'incident.unacknowledged': 'unacknowledge',
  'incident.escalated': 'escalate',
  'incident.resolved': 'resolve',
  'incident.reopened': 'reopen',
};
const TRIGGERED = 'incident.triggered';
const ANNOTATED = 'incident.annotated';

const Happened = z.object({
  event: z.object({
    id: z.string().min(1),
    event_type: z.string(),
    occurred_at: instant,
    agent: z.object({ type: z.string(), summary: name.nullish() }).nullish(),
    data: z.unknown(),
  }),
});
const Incident = z.object({ id: z.string().min(1), incident_key: z.string().nullish() });
const Note = z.object({ content: note, incident: z.object({ id: z.string().min(1) }) });

/** While a secret is being replaced there are two. */
const MOST_SIGNATURES = 10;

export const createPagerDutyReplies = (pager: string, secret: string): ReplySource => ({
  read: (request) => {
    if (!isSigned(request, secret))
      return { refused: 401, why: 'its X-PagerDuty-Signature was not made with the secret' };
    const read = readJson(request.body, Happened);
    return 'refused' in read ? read : replyTo(pager, read.value.event);
  },
});

function isSigned(request: RawReply, secret: string): boolean {
  const expected = Buffer.from(`v1=${createHmac('sha256', secret).update(request.body).digest('hex')}`);
  return header(request, 'x-pagerduty-signature')
    .split(',', MOST_SIGNATURES)
    .map((signature) => isSame(Buffer.from(signature.trim()), expected))
    .includes(true);
}

type Event = z.output<typeof Happened>['event'];

function replyTo(pager: string, event: Event): ReadReply {
  const { event_type: type, data } = event;
  const deed = DEEDS[type];
  if (type === ANNOTATED) {
    const { data: noted } = Note.safeParse(data);
    return noted
      ? found(pager, event, { of: { known: noted.incident.id }, deed: 'note', text: noted.content })
      : { refused: 400, why: `the data of ${type} is no note` };
  }
  if (deed === undefined && type !== TRIGGERED) return { ignored: type };
  const { data: incident } = Incident.safeParse(data);
  if (!incident) return { refused: 400, why: `the data of ${type} is no incident` };
  const { id, incident_key: key } = incident;
  if (!key || !PAGE_KEY.test(key)) return { ignored: 'not one of Paksa’s pages' };
  return found(pager, event, { of: { key, known: id }, ...(deed === undefined ? {} : { deed }) });
}

function found(pager: string, { id, agent, occurred_at: at }: Event, reply: Omit<Reply, 'pager'>): ReadReply {
  // Paksa's own events come back as an integration's; an answer that ran out is a service's, or nobody's.
  const isPerson = agent?.type.startsWith('user') === true;
  return {
    id: receiptId(pager, id),
    reply: {
      ...reply,
      pager,
      at,
      actor: atService({ service: SERVICE, name: isPerson ? (agent?.summary ?? '') : '' }),
      ...(isPerson ? {} : { byItself: true }),
    },
  };
}

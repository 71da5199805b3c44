/**
 * The receiver of a signed webhook answers as it was asked: a POST with the page's key, signed with the same secret, over the
 * time and the body. docs/pagers.md has a program that does.
 */
import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import type { RawReply, ReplySource } from '../engine/replies.ts';
import { atService } from '../incident/actor.ts';
import { header, isSame, name, note, PAGE_KEY, readJson, receiptId } from './reply-fields.ts';

/** In seconds, either way. */
const MOST_AGE = 300;

const SIGNATURE = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

const Answer = z.strictObject({
  key: z.string().regex(PAGE_KEY, 'must be the key of a page, as Paksa sent it'),
  action: z.enum(['acknowledge', 'resolve', 'escalate', 'note']),
  /** Who did it. */
  by: name.optional(),
  /** A note's. */
  text: note.optional(),
});
const Complete = Answer.refine(({ action, text }) => action !== 'note' || !!text, {
  path: ['text'],
  message: 'must be the note',
});

export const createWebhookReplies = (pager: string, secret: string): ReplySource => ({
  read: (request) => {
    const signed = SIGNATURE.exec(header(request, 'x-paksa-signature'));
    const [, seconds = '', given = ''] = signed ?? [];
    if (!isSigned(request, secret, seconds, given))
      return { refused: 401, why: 'its X-Paksa-Signature was not made with the secret' };
    if (Math.abs(Date.now() / 1000 - Number(seconds)) > MOST_AGE)
      return {
        refused: 401,
        why: `it was signed more than ${MOST_AGE} seconds ago or ahead: set the clocks`,
      };
    const read = readJson(request.body, Complete);
    if ('refused' in read) return read;
    const { key, action, by = '', text } = read.value;
    const digest = createHash('sha256').update(`${seconds}.${request.body}`).digest('hex');
    return {
      id: receiptId(pager, digest),
      reply: {
        pager,
        of: { key },
        deed: action,
        actor: atService({ service: `webhook ${pager}`, name: by }),
        ...(text === undefined ? {} : { text }),
        at: Number(seconds) * 1000,
      },
    };
  },
});

function isSigned({ body }: RawReply, secret: string, seconds: string, given: string): boolean {
  const expected = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return isSame(Buffer.from(given), Buffer.from(expected));
}

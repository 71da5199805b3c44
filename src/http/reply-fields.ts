/** What the readers of replies have in common. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RawReply, ReadReply } from '../engine/replies.ts';

/** In characters; the rest is not kept. */
const MOST_NOTE = 2000;
const MOST_NAME = 80;
const SHOWN_ISSUES = 5;

export const note = z.string().transform((text) => text.trim().slice(0, MOST_NOTE).toWellFormed());
export const name = z.string().transform((text) => text.trim().slice(0, MOST_NAME).toWellFormed());

/** An instant as services write it, in epoch milliseconds. */
export const instant = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written));

/** A header that may be there once. */
export function header({ headers }: RawReply, named: string): string {
  const value = headers[named];
  return typeof value === 'string' ? value : '';
}

/** Takes as long whatever was sent. */
export const isSame = (one: Buffer, other: Buffer): boolean =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());

/** The body as JSON of this shape, or what is wrong with it: whoever sent it holds the secret, and may know. */
export function readJson<Output>(
  body: string,
  shape: z.ZodType<Output>,
): { readonly value: Output } | Extract<ReadReply, { refused: 400 | 401 }> {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return { refused: 400, why: 'the body is not JSON' };
  }
  const { data, error } = shape.safeParse(given);
  if (error === undefined) return { value: data };
  const problems = error.issues
    .slice(0, SHOWN_ISSUES)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the body'}: ${message}`);
  return { refused: 400, why: `the body is not as it should be: ${problems.join('; ')}` };
}

/** The same delivery has the same name, whatever a provider calls it. */
export const receiptId = (pager: string, delivery: string): string =>
  `reply/${pager}/${createHash('sha256').update(delivery).digest('base64url')}`;

/** What Paksa gives a provider with a page: others' alerts of the same service are none of its business. */
export const PAGE_KEY = /^INC-\d{1,10}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

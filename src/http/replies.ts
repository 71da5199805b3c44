/**
 * POST /pagers/<name>: what people answered where they were paged. Who sent it is proved first; then it is read, kept, and
 * only then acknowledged. A stranger learns nothing, not even which pagers there are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Reply, ReplyOutcome, ReplySource } from '../engine/replies.ts';
import { type Headers, json, notKept } from './answer.ts';
import { readBody } from './body.ts';

export interface ReplyIntake {
  /** By the pagers' names: those with a secret. */
  readonly sources: ReadonlyMap<string, ReplySource>;
  /** Resolves once it is kept. Rejects when it could not be. */
  readonly keep: (id: string, reply: Reply, isAwaited: boolean) => Promise<void>;
  /** Does what is kept, if nobody has yet. */
  readonly carryOut: (id: string) => Promise<ReplyOutcome>;
  /** What was not taken, and why, in words for whoever set the pager up. */
  readonly onRefused: (pager: string, why: string) => void;
  readonly onError: (error: unknown) => void;
}

const PREFIX = '/pagers/';
/** PagerDuty sends no more than 256 KB; nobody else sends as much. In bytes. */
const MOST_BYTES = 256 * 1024;
/** Twilio hangs up after 15 s, in milliseconds. */
const PATIENCE_MS = 8_000;

export const isOfReplies = (pathname: string): boolean => pathname.startsWith(PREFIX);

export async function answerReply(
  intake: ReplyIntake,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, body: unknown, headers?: Headers): void =>
    json(response, status, body, headers);
  const pager = pathname.slice(PREFIX.length);
  const source = intake.sources.get(pager);
  const raw = await readBody(request, MOST_BYTES);
  if (source === undefined) return answer(404, { error: 'not found' });
  if (request.method !== 'POST') return answer(405, { error: 'POST only' }, { allow: 'POST' });
  const refuse = (status: number, why: string): void => {
    intake.onRefused(pager, why);
    // Whoever cannot prove who they are is told no more than that.
    answer(status, { error: status === 401 ? 'not accepted' : why });
  };
  if (raw === undefined) return refuse(413, `the body has more than ${MOST_BYTES} bytes`);
  const [, query] = (request.url ?? '').split(/(\?.*)/s, 2);
  const read = source.read({ body: raw, headers: request.headers, search: query ?? '' });
  if ('refused' in read) return refuse(read.refused, read.why);
  const tell = (twiml: string): void => {
    response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(twiml);
  };
  if ('ignored' in read)
    return read.answer === undefined ? answer(202, { status: 'ignored' }) : tell(read.answer);
  const { id, reply, say } = read;
  if (say) return tell(say(await outcomeOf(intake, id, reply)));
  try {
    await intake.keep(id, reply, false);
    answer(202, { status: 'kept' });
  } catch (error) {
    intake.onError(error);
    notKept(response);
  }
}

/** A person waits for it: it is carried out at once where that can be. */
async function outcomeOf(
  { keep, carryOut, onError }: ReplyIntake,
  id: string,
  reply: Reply,
): Promise<ReplyOutcome> {
  try {
    await keep(id, reply, true);
  } catch (error) {
    onError(error);
    return { outcome: 'not-kept' };
  }
  // Kept: whatever happens now, it will be done.
  const done = carryOut(id).catch((error: unknown): ReplyOutcome => {
    onError(error);
    return { outcome: 'kept' };
  });
  const over = new AbortController();
  const late = pause<ReplyOutcome>(PATIENCE_MS, { outcome: 'kept' }, { signal: over.signal });
  late.catch(() => undefined);
  const outcome = await Promise.race([done, late]);
  over.abort();
  return outcome;
}

/** What comes in on Paksa's own port from outside Slack: alerts of monitoring, and what people answered where they were paged. */
import type { Config, Environment } from './config.ts';
import { takeIn } from './engine/intake.ts';
import type { Alerts, Checkpoint, Topics } from './engine/ports.ts';
import type { Replies, Reply, ReplyOutcome, ReplySource } from './engine/replies.ts';
import { messageOf } from './errors.ts';
import type { AlertIntake } from './http/alerts.ts';
import { createOpsgenieReplies } from './http/opsgenie-replies.ts';
import { createPagerDutyReplies } from './http/pagerduty-replies.ts';
import type { ReplyIntake } from './http/replies.ts';
import { createTwilioReplies } from './http/twilio-replies.ts';
import { createWebhookReplies } from './http/webhook-replies.ts';
import type { Log } from './log.ts';
import type { PagerSettings } from './paging/settings.ts';
import type { Known } from './policy/route.ts';

export interface IncomingDeps {
  readonly topics: Topics;
  /** What others write may hold secrets. */
  readonly redact: <Value>(value: Value) => Value;
  readonly checkpoint: Checkpoint;
  readonly log: Log;
}

/** What monitoring sends is taken in with the topics and environments that there are. */
export function alertIntake(
  { alerts: { token, routes }, environments: [first, ...others] }: Config,
  { topics, redact, checkpoint, log }: IncomingDeps,
  alerts: Alerts,
): AlertIntake {
  const named = ({ target }: Environment): string => target.environment;
  const known: Known = { topics, environments: [named(first), ...others.map(named)] };
  return {
    token,
    takeIn: (sent) => takeIn({ alerts, routes, known, redact, checkpoint }, sent),
    onLeftOut: (source, count) => log.warn({ source, count }, 'alerts were left out: raise max_alerts'),
    onError: (error) => log.error({ error: messageOf(error) }, 'alerts could not be kept'),
  };
}

/** A person waits for what comes of it: the queue comes back to it only if this process cannot, in milliseconds. */
const AWAITED_MS = 20_000;
/** Whoever knocks all the time does not fill the log, in milliseconds. */
const QUIET_MS = 60_000;

export function replyIntake(
  { paging }: Config,
  { redact, checkpoint, log }: IncomingDeps,
  replies: Replies,
  carryOut: (id: string) => Promise<ReplyOutcome>,
): ReplyIntake {
  const said = new Map<string, number>();
  return {
    sources: new Map(
      paging.pagers.flatMap((pager) => {
        const source = sourceOf(pager, paging);
        return source ? [[pager.name, source] as const] : [];
      }),
    ),
    keep: async (id, reply, isAwaited) => {
      await replies.keep(id, harmless(reply, redact), isAwaited ? AWAITED_MS : 0);
      checkpoint('reply-kept');
    },
    carryOut,
    onRefused: (pager, why) => {
      const key = `${pager} ${why}`;
      if (performance.now() - (said.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
      said.set(key, performance.now());
      log.warn({ pager, why }, 'what came in as an answer was not taken');
    },
    onError: (error) => log.error({ error: messageOf(error) }, 'an answer could not be kept'),
  };
}

function harmless(reply: Reply, redact: IncomingDeps['redact']): Reply {
  const { actor, text } = reply;
  return {
    ...reply,
    ...(actor === undefined ? {} : { actor: redact(actor) }),
    ...(text === undefined ? {} : { text: redact(text) }),
  };
}

/** Undefined where nothing would prove who answers: by e-mail, anybody could write as anybody. */
function sourceOf(pager: PagerSettings, { pagers, people }: Config['paging']): ReplySource | undefined {
  const { name } = pager;
  switch (pager.kind) {
    case 'pagerduty':
      return pager.replies && createPagerDutyReplies(name, pager.replies.secret);
    case 'opsgenie':
      return pager.replies && createOpsgenieReplies(name, pager.replies.secret);
    case 'webhook':
      return createWebhookReplies(name, pager.secret);
    case 'email':
      return undefined;
    case 'twilio': {
      const { accountSid, replies } = pager;
      if (replies?.url === undefined) return undefined;
      const numbers = [...people].flatMap(([user, { phone }]) =>
        phone === undefined ? [] : [{ user, phone }],
      );
      return createTwilioReplies({
        pager: name,
        secret: replies.secret,
        url: replies.url,
        accountSid,
        pagers: pagers.filter(({ kind }) => kind === 'twilio').map((each) => each.name),
        users: new Map(
          [...Map.groupBy(numbers, ({ phone }) => phone)].map(([phone, those]) => [
            phone,
            those.map(({ user }) => user),
          ]),
        ),
      });
    }
  }
}

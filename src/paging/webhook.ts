/**
 * Pages by an HTTP request to an address of your own. The body is signed with the time, so that neither can be replaced
 * nor replayed later; `Idempotency-Key` is the same whenever the page is sent. docs/configuration.md says how to verify it.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { connects } from './connects.ts';
import { createHeldPager, type PageRequest, type PagingDeps, TIMEOUT_MS } from './held.ts';
import { callProvider } from './provider-call.ts';
import type { WebhookSettings } from './settings.ts';
import { headline, levelLine, problemLines } from './text.ts';

const Refusal = z.union([z.object({ error: z.string() }).transform(({ error }) => error), z.string()]);

export function createWebhook({ name, url, secret }: WebhookSettings, deps: PagingDeps) {
  return createHeldPager(deps, name, {
    reaches: 'responder',
    send: async (request) => {
      const body = JSON.stringify(bodyOf(request));
      await callProvider({
        system: `The webhook “${name}”`,
        operation: 'take the page',
        url,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': request.key,
          'x-paksa-signature': signature(secret, body, Math.floor(Date.now() / 1000)),
        },
        body,
        timeoutMs: deps.timeoutMs ?? TIMEOUT_MS,
        hide: [secret],
        reason: (answer) => Refusal.safeParse(answer).data,
        remedy: `it does not accept the signature: its secret must be what pagers.${name}.secretEnv names`,
      });
      return { by: `webhook ${name}` };
    },
    // Whoever is behind it knows pages alone: any request would be one to them.
    check: async () => {
      await connects(new URL(url), deps.timeoutMs ?? TIMEOUT_MS, name);
      return url.startsWith('https:')
        ? 'takes connections, with a certificate that is trusted; only a drill shows more'
        : 'takes connections; only a drill shows more';
    },
  });
}

/** `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256, with the secret, of the time, a full stop, and the body as it was sent. */
export const signature = (secret: string, body: string, seconds: number): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

const bodyOf = ({ incident, page, to, key }: PageRequest) => ({
  // Whoever automates on pages must not act on it.
  type: incident.drill ? 'drill' : 'page',
  key,
  incident: {
    id: incident.id,
    title: incident.title,
    topic: incident.topic,
    environment: incident.environment,
    severity: incident.severity,
    status: incident.status,
    openedAt: new Date(incident.openedAt).toISOString(),
  },
  page: { level: page.level, attempt: page.attempt, to, text: levelLine(incident, page) },
  text: headline(incident),
  problems: problemLines(incident),
});

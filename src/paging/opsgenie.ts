/**
 * Pages through Opsgenie's Alert API, which Jira Service Management has too (another `url`). The page's key is the alert's
 * `alias`: one open alert has it, however often it is sent. https://docs.opsgenie.com/docs/alert-api
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { AdapterError } from '../errors.ts';
import { actorWords } from '../incident/actor.ts';
import { createHeldPager, type PageRequest, type PagingDeps, type ServicePager, TIMEOUT_MS } from './held.ts';
import { callProvider } from './provider-call.ts';
import type { OpsgenieSettings } from './settings.ts';
import { headline, levelLine, nextStep, oneLine, problemLines, shorten } from './text.ts';

/** In characters. */
const LIMIT = { message: 130, description: 15_000, entity: 512, tag: 50, detail: 1000 } as const;
const PRIORITY = { critical: 'P1', warning: 'P3' } as const;

/** Who acts there for Paksa. */
export const PAKSA = 'Paksa';

const Answer = z.object({ requestId: z.string() });
const Refusal = z.object({
  message: z.string().optional(),
  errors: z.record(z.string(), z.unknown()).optional(),
});

export function createOpsgenie(settings: OpsgenieSettings, deps: PagingDeps): ServicePager {
  const { name, url, apiKey } = settings;
  const ask = (operation: string, path: string, body?: Readonly<Record<string, unknown>>) =>
    callProvider({
      system: 'Opsgenie',
      operation,
      url: `${url}/v2/alerts${path}`,
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', authorization: `GenieKey ${apiKey}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
      timeoutMs: deps.timeoutMs ?? TIMEOUT_MS,
      hide: [apiKey],
      reason: (answer) => {
        const { message, errors = {} } = Refusal.safeParse(answer).data ?? {};
        return [message, ...Object.entries(errors).map(([field, what]) => `${field}: ${what}`)]
          .filter((each) => each !== undefined)
          .join('; ');
      },
      remedy: `set the variable that pagers.${name}.apiKeyEnv names to the key of an API integration that may create alerts, and use the url of its region`,
    });
  return createHeldPager(deps, name, {
    reaches: 'level',
    send: async (request) => {
      const answer = await ask('take the page', '', alert(settings, request));
      const { requestId } = Answer.safeParse(answer).data ?? {};
      if (requestId !== undefined)
        await refuseIfNotDone(() =>
          ask('say what became of it', `/requests/${encodeURIComponent(requestId)}`),
        );
      return { by: 'Opsgenie', ...(requestId === undefined ? {} : { reference: requestId }) };
    },
    quiet: async (key, { status, answeredBy }) => {
      const action = status === 'resolved' ? 'close' : 'acknowledge';
      await ask(action, `/${encodeURIComponent(key)}/${action}?identifierType=alias`, {
        source: PAKSA,
        // By which Paksa knows its own word when Opsgenie tells of it.
        user: PAKSA,
        note: `${status} in Paksa${answeredBy === undefined ? '' : ` by ${actorWords(answeredBy)}`}`,
      });
    },
    // It takes the end of what never began as it takes any: the key is judged, and nothing comes of it.
    check: async () => {
      const alias = `paksa-check-${randomUUID()}`;
      await ask('say whether it knows the key', `/${alias}/close?identifierType=alias`, { source: PAKSA });
      return 'takes requests with this key';
    },
  });
}

const Processed = z.object({ data: z.object({ isSuccess: z.boolean(), status: z.string().default('') }) });

/** How long after the answer it is asked what became of the request, in milliseconds. */
const ASKED_AFTER_MS = [50, 250, 1000];

/**
 * 202 says that it will be looked at, and no more. Where it is not known within a second or so what became of it, or nobody can
 * be asked, it counts as taken. https://docs.opsgenie.com/docs/alert-api#get-request-status. @throws AdapterError
 */
async function refuseIfNotDone(ask: () => Promise<unknown>): Promise<void> {
  for (const ms of ASKED_AFTER_MS) {
    await pause(ms);
    // 404 until it has been worked on.
    const answer = await ask().catch(() => undefined);
    const { data: processed } = Processed.safeParse(answer);
    if (!processed) continue;
    const { isSuccess, status } = processed.data;
    if (isSuccess || /already/i.test(status)) return;
    throw new AdapterError(
      `Opsgenie took the page and made no alert of it (${shorten(status, 300)}): correct what it names, or choose another pager for that level.`,
      { system: 'Opsgenie', operation: 'take the page', fault: 'refused', retryable: false },
    );
  }
}

function alert({ team, replies }: OpsgenieSettings, { incident, page, key }: PageRequest) {
  const { id, environment, topic, severity } = incident;
  return {
    message: shorten(headline(incident), LIMIT.message),
    alias: key,
    description: shorten(
      [
        headline(incident),
        ...problemLines(incident),
        levelLine(incident, page),
        nextStep(incident, replies),
      ].join('\n'),
      LIMIT.description,
    ),
    ...(team === undefined ? {} : { responders: [{ type: 'team', name: team }] }),
    tags: [
      'paksa',
      ...(incident.drill ? ['drill'] : []),
      shorten(topic, LIMIT.tag),
      shorten(oneLine(environment), LIMIT.tag),
    ],
    details: { incident: id, level: shorten(levelLine(incident, page), LIMIT.detail) },
    entity: shorten(oneLine(environment), LIMIT.entity),
    source: PAKSA,
    priority: incident.drill ? 'P5' : PRIORITY[severity],
  };
}

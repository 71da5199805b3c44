/**
 * Pages through Opsgenie's Alert API, which Jira Service Management has too (another `url`). The page's key is the alert's
 * `alias`: one open alert has it, however often it is sent. https://docs.opsgenie.com/docs/alert-api
 */
import { z } from 'zod';
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
  const post = (operation: string, path: string, body: Readonly<Record<string, unknown>>) =>
    callProvider({
      system: 'Opsgenie',
      operation,
      url: `${url}/v2/alerts${path}`,
      headers: { 'content-type': 'application/json', authorization: `GenieKey ${apiKey}` },
      body: JSON.stringify(body),
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
      const answer = await post('take the page', '', alert(settings, request));
      const { requestId } = Answer.safeParse(answer).data ?? {};
      return { by: 'Opsgenie', ...(requestId === undefined ? {} : { reference: requestId }) };
    },
    quiet: async (key, { status, answeredBy }) => {
      const action = status === 'resolved' ? 'close' : 'acknowledge';
      await post(action, `/${encodeURIComponent(key)}/${action}?identifierType=alias`, {
        source: PAKSA,
        // By which Paksa knows its own word when Opsgenie tells of it.
        user: PAKSA,
        note: `${status} in Paksa${answeredBy === undefined ? '' : ` by ${actorWords(answeredBy)}`}`,
      });
    },
  });
}

function alert({ team, replies }: OpsgenieSettings, { incident, page, key }: PageRequest) {
  const { id, environment, topic, severity } = incident;
  return {
    message: shorten(headline(incident), LIMIT.message),
    alias: key,
    description: shorten(
      [headline(incident), ...problemLines(incident), levelLine(incident, page), nextStep(replies)].join(
        '\n',
      ),
      LIMIT.description,
    ),
    ...(team === undefined ? {} : { responders: [{ type: 'team', name: team }] }),
    tags: ['paksa', shorten(topic, LIMIT.tag), shorten(oneLine(environment), LIMIT.tag)],
    details: { incident: id, level: shorten(levelLine(incident, page), LIMIT.detail) },
    entity: shorten(oneLine(environment), LIMIT.entity),
    source: PAKSA,
    priority: PRIORITY[severity],
  };
}

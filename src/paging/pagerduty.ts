/**
 * Pages through PagerDuty's Events API v2. Each page has a `dedup_key` of its own: a trigger with a former page's key would
 * join its alert and, once that is acknowledged, call nobody. An answer is sent for every key that was triggered.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { stepOf } from '../policy/ladder.ts';
import { createHeldPager, type PageRequest, type PagingDeps, type ServicePager, TIMEOUT_MS } from './held.ts';
import { callProvider } from './provider-call.ts';
import type { PagerDutySettings } from './settings.ts';
import { headline, levelLine, nextStep, oneLine, problemLines, shorten } from './text.ts';

/** In characters. The whole event may have 512 KB; these fields and the details leave it far below. */
const LIMIT = { summary: 1024, source: 255, component: 255, details: 20_000 } as const;

const Refusal = z.object({ message: z.string().optional(), errors: z.array(z.string()).optional() });

export function createPagerDuty(settings: PagerDutySettings, deps: PagingDeps): ServicePager {
  const { name, url, routingKey } = settings;
  const enqueue = (operation: string, event: Readonly<Record<string, unknown>>) =>
    callProvider({
      system: 'PagerDuty',
      operation,
      url: `${url}/v2/enqueue`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ routing_key: routingKey, ...event }),
      timeoutMs: deps.timeoutMs ?? TIMEOUT_MS,
      hide: [routingKey],
      reason: (answer) => {
        const { message, errors = [] } = Refusal.safeParse(answer).data ?? {};
        return [message, ...errors].filter((each) => each !== undefined).join('; ');
      },
      remedy: `set the variable that pagers.${name}.routingKeyEnv names to an integration key of Events API v2`,
    });
  return createHeldPager(deps, name, {
    reaches: 'level',
    send: async (request) => {
      await enqueue('take the page', trigger(settings, request));
      return { by: 'PagerDuty' };
    },
    quiet: async (key, { status }) => {
      const action = status === 'resolved' ? 'resolve' : 'acknowledge';
      await enqueue(action, { event_action: action, dedup_key: key });
    },
    // An end of what never began: it is checked like any event, and dropped.
    check: async () => {
      await enqueue('say whether it knows the key', {
        event_action: 'resolve',
        dedup_key: `paksa-check-${randomUUID()}`,
      });
      return 'takes events with this key';
    },
  });
}

function trigger({ replies }: PagerDutySettings, { incident, page, key }: PageRequest) {
  const { id, title, environment, topic, severity, openedAt, ladder } = incident;
  return {
    event_action: 'trigger',
    dedup_key: key,
    client: 'Paksa',
    payload: {
      summary: shorten(headline(incident), LIMIT.summary),
      source: shorten(oneLine(environment), LIMIT.source),
      severity: incident.drill ? 'info' : severity,
      timestamp: new Date(openedAt).toISOString(),
      component: shorten(topic, LIMIT.component),
      group: shorten(oneLine(environment), LIMIT.component),
      class: shorten(oneLine(title), LIMIT.component),
      custom_details: {
        incident: id,
        level: levelLine(incident, page),
        step: stepOf(ladder),
        problems: shorten(problemLines(incident).join('\n'), LIMIT.details),
        next: nextStep(incident, replies),
      },
    },
  };
}

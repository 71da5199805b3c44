/** PagerDuty's Events API v2, as strict as the documentation: required fields, lengths, 512 KB, one alert a dedup_key. */
import { z } from 'zod';
import { type ProviderAnswer, type ProviderRequest, startProvider } from './provider.ts';
import { pagerDutyEvent, tellOfPagerDuty } from './replies.ts';

export const ROUTING_KEY = 'f1e2d3c4b5a69788796a5b4c3d2e1f00';

const MOST_BYTES = 512 * 1024;

const characters = (most: number) => z.string().refine((text) => [...text].length <= most);
const Event = z.discriminatedUnion('event_action', [
  z.strictObject({
    routing_key: z.string().length(32),
    event_action: z.literal('trigger'),
    dedup_key: characters(255).min(1),
    client: z.string().optional(),
    payload: z.strictObject({
      summary: characters(1024).min(1),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime().optional(),
      component: z.string().optional(),
      group: z.string().optional(),
      class: z.string().optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  z.strictObject({
    routing_key: z.string().length(32),
    event_action: z.enum(['acknowledge', 'resolve']),
    dedup_key: characters(255).min(1),
  }),
]);

export interface Alert {
  readonly key: string;
  readonly summary: string;
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  /** How often people were called for it. */
  readonly calls: number;
}

export async function startPagerDuty() {
  const alerts = new Map<string, Alert>();
  const provider = await startProvider((request) => judge(request));
  const told: {
    readonly type: string;
    readonly key: string;
    readonly by?: string;
    readonly status: number;
  }[] = [];
  let subscribed: { readonly url: string; readonly secret: string } | undefined;

  /** A webhook subscription is told of everything, of what came in by the Events API too. */
  async function tell(type: string, key: string, by?: string, note?: string): Promise<void> {
    if (subscribed === undefined) return;
    const { url, secret } = subscribed;
    const incident = `Q${[...alerts.keys()].indexOf(key)}`;
    const event = {
      type,
      key,
      incident,
      ...(by === undefined ? {} : { by }),
      ...(note === undefined ? {} : { note }),
    };
    // As for PagerDuty, a webhook that nobody answers is none of its clients' business: 0.
    const { status } = await tellOfPagerDuty(url, pagerDutyEvent(event), secret).catch(() => ({ status: 0 }));
    told.push({ type, key, status, ...(by === undefined ? {} : { by }) });
  }

  function judge({ method, path, headers, body }: ProviderRequest): ProviderAnswer {
    if (method !== 'POST' || path !== '/v2/enqueue') return { status: 404, body: {} };
    if (!headers['content-type']?.startsWith('application/json')) return invalid(['JSON is expected']);
    if (Buffer.byteLength(body) > MOST_BYTES) return { status: 413, body: {} };
    const event = Event.safeParse(JSON.parse(body));
    if (!event.success)
      return invalid(event.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`));
    const { data } = event;
    if (data.routing_key !== ROUTING_KEY) return invalid([`invalid routing key ${data.routing_key}`]);
    const alert = alerts.get(data.dedup_key);
    const isOpen = alert !== undefined && alert.status !== 'resolved';
    if (data.event_action === 'trigger') {
      const { summary } = data.payload;
      if (!isOpen)
        alerts.set(data.dedup_key, {
          key: data.dedup_key,
          summary,
          status: 'triggered',
          calls: (alert?.calls ?? 0) + 1,
        });
      if (!isOpen) void tell('incident.triggered', data.dedup_key);
    } else if (isOpen) {
      // What does not exist is dropped, and said to be taken all the same.
      const status = data.event_action === 'resolve' ? 'resolved' : 'acknowledged';
      alerts.set(data.dedup_key, { ...alert, status });
      void tell(`incident.${status}`, data.dedup_key);
    }
    return {
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: data.dedup_key },
    };
  }

  return {
    ...provider,
    alerts,
    told,
    /** A webhook subscription of version 3. */
    subscribe: (url: string, secret: string) => {
      subscribed = { url, secret };
    },
    /** Somebody does it in PagerDuty's app. */
    person: async (by: string, does: 'acknowledged' | 'resolved', key: string) => {
      const alert = alerts.get(key);
      if (alert === undefined) throw new Error(`there is no alert ${key}`);
      alerts.set(key, { ...alert, status: does });
      await tell(`incident.${does}`, key, by);
    },
    note: (by: string, key: string, text: string) => tell('incident.annotated', key, by, text),
  };
}

const invalid = (errors: readonly string[]): ProviderAnswer => ({
  status: 400,
  body: { status: 'invalid event', message: 'Event object is invalid', errors },
});

/**
 * What monitoring sends, read into alerts: Alertmanager's webhook (https://prometheus.io/docs/alerting/latest/configuration,
 * “webhook_config”, version 4), Grafana's (https://grafana.com/docs/grafana/latest/alerting, “Webhook notifier”), which has
 * fields of its own, and a form for everything else.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Alert, AlertSource } from '../incident/alert.ts';

/** PostgreSQL's indexes take keys of about 2,700 bytes. */
const MOST_KEY = 500;
const MOST_LINK = 500;

const must = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing: it must be ${what}` : `must be ${what}`,
});
const text = (what: string) => z.string(must(what));
const words = (what: string) =>
  z.record(z.string(), text('text'), must(`a block of ${what}, each of them text`));

/** Alertmanager and Grafana write year 1 for “not yet”. */
const moment = z.iso
  .datetime({ offset: true, ...must('a time such as 2026-01-31T12:00:00Z') })
  .transform((written) => {
    const at = Date.parse(written);
    return at > 0 ? at : undefined;
  })
  .optional();

const status = z.enum(['firing', 'resolved'], must('“firing” or “resolved”'));

const common = {
  status,
  labels: words('labels'),
  annotations: words('annotations').default({}),
  startsAt: moment,
  endsAt: moment,
  generatorURL: text('text').optional(),
  fingerprint: text('text').min(1).max(MOST_KEY).optional(),
};

type Common = z.output<z.ZodObject<typeof common>>;

const alertsOf = <Item extends z.ZodType>(item: Item) => z.array(item, must('a list of alerts'));

const OBJECT = must('a JSON object');

const alertmanager = z
  .object(
    {
      version: z.literal('4', must('“4”, the version of Alertmanager’s webhook that Paksa knows')),
      alerts: alertsOf(z.object(common)),
      truncatedAlerts: z.number().default(0),
    },
    OBJECT,
  )
  .transform(({ alerts, truncatedAlerts }) => ({
    alerts: alerts.map((alert) => alertFrom('alertmanager', alert, [alert.generatorURL])),
    leftOut: truncatedAlerts,
  }));

/** What the queries of its rule came to, such as `{ "B": 44.2 }`. */
const values = z.record(z.string(), z.unknown()).nullish();

const grafana = z
  .object(
    {
      alerts: alertsOf(
        z.object({
          ...common,
          values,
          panelURL: z.string().optional(),
          dashboardURL: z.string().optional(),
        }),
      ),
      truncatedAlerts: z.number().default(0),
    },
    OBJECT,
  )
  .transform(({ alerts, truncatedAlerts }) => ({
    alerts: alerts.map(({ values: measured, panelURL, dashboardURL, ...alert }) => {
      const figures = Object.entries(measured ?? {}).map(([query, value]) => `${query} = ${value}`);
      const annotations =
        figures.length === 0 ? alert.annotations : { ...alert.annotations, values: figures.join(', ') };
      return alertFrom('grafana', { ...alert, annotations }, [alert.generatorURL, panelURL, dashboardURL]);
    }),
    leftOut: truncatedAlerts,
  }));

const scalar = z
  .union([z.string(), z.number(), z.boolean()], must('text, a number, true or false'))
  .transform(String);

const generic = z
  .object({
    ...common,
    name: text('the alert’s name').min(1, must('the alert’s name')),
    status: status.default('firing'),
    labels: z.record(z.string(), scalar, must('a block of labels')).default({}),
    summary: text('text').optional(),
    url: text('text').optional(),
  })
  .transform(({ name, summary, url, ...alert }) => {
    const annotations = summary === undefined ? alert.annotations : { ...alert.annotations, summary };
    const labels = { ...alert.labels, alertname: name };
    return alertFrom('generic', { ...alert, labels, annotations }, [url, alert.generatorURL]);
  });

const oneOrMore = z
  .looseObject({}, OBJECT)
  .transform((body): unknown => ('alerts' in body ? body : { alerts: [body] }))
  .pipe(z.object({ alerts: alertsOf(generic) }))
  .transform(({ alerts }) => ({ alerts, leftOut: 0 }));

export interface Payload {
  readonly alerts: readonly Alert[];
  /** How many its sender left out. */
  readonly leftOut: number;
}

export const PAYLOADS: Readonly<Record<AlertSource, z.ZodType<Payload>>> = {
  alertmanager,
  grafana,
  generic: oneOrMore,
};

function alertFrom(source: AlertSource, alert: Common, links: readonly (string | undefined)[]): Alert {
  const { fingerprint, labels, annotations, startsAt, endsAt } = alert;
  const link = links.map(linkFrom).find((found) => found !== undefined);
  return {
    source,
    fingerprint: fingerprint ?? fingerprintOf(labels),
    name: (labels.alertname ?? 'unnamed').slice(0, MOST_KEY),
    status: alert.status,
    labels,
    annotations,
    ...(startsAt === undefined ? {} : { startsAt }),
    // Alertmanager says of what fires when it will take it for resolved. An end by another clock than the beginning's is no end.
    ...(endsAt === undefined || startsAt === undefined || alert.status === 'firing' ? {} : { endsAt }),
    ...(link === undefined ? {} : { link }),
  };
}

/** The same labels in any order are the same alert. */
export function fingerprintOf(labels: Alert['labels']): string {
  const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
}

function linkFrom(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === 'https:' && url.href.length <= MOST_LINK ? url.href : undefined;
}

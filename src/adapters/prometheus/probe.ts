/** Asks Prometheus for the present value of an expression. */
import { z } from 'zod';
import { ask } from './ask.ts';
import { queryError } from './errors.ts';
import type { PrometheusProbe, PrometheusSettings, Series } from './port.ts';

/** More than a finding can show. */
const MOST_SERIES = 200;

export const createPrometheusProbe = (settings: () => PrometheusSettings): PrometheusProbe => ({
  query: async (expression, signal) => query(settings(), expression, signal),
});

/** A time in seconds, and the value as Go writes it. */
const point = z.tuple([z.number(), z.string()]);

/** An entry without a value is a native histogram. */
const vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: point.optional() })),
});
const scalar = z.object({ resultType: z.literal('scalar'), result: point });
const other = z.object({ resultType: z.enum(['matrix', 'string']) });

/** https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
const answer = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [vector, scalar, other]),
});

async function query(
  settings: PrometheusSettings,
  expression: string,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const { success, data: read } = answer.safeParse(await ask(settings, expression, signal));
  if (!success) {
    throw queryError('failed', 'Prometheus answers otherwise than its API describes: check prometheus.url.');
  }
  const { data } = read;
  switch (data.resultType) {
    case 'vector':
      return data.result
        .flatMap(({ metric, value }) => (value ? [{ labels: metric, value: numberFrom(value[1]) }] : []))
        .filter(({ value }) => !Number.isNaN(value))
        .slice(0, MOST_SERIES);
    case 'scalar': {
      const value = numberFrom(data.result[1]);
      return Number.isNaN(value) ? [] : [{ labels: {}, value }];
    }
    case 'matrix':
    case 'string':
      throw queryError(
        'refused',
        `“${expression.slice(0, 200)}” gives a ${data.resultType}, not one value a series: wrap a range in a function such as rate().`,
      );
  }
}

const numberFrom = (written: string): number =>
  /^[+-]?Inf$/.test(written)
    ? written.startsWith('-')
      ? Number.NEGATIVE_INFINITY
      : Number.POSITIVE_INFINITY
    : Number(written);

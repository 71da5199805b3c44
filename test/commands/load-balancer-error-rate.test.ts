/** The topic `load-balancer`, the share of answers that are errors, as Prometheus counts them: one case a finding. */
import { expect, test } from 'vitest';
import { loadBalancer } from '../../commands/load-balancer.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { topic } from './emergencies/samples.ts';
import { type Case, healthy, inconclusive, problem, warning } from './topic.ts';

const { look, checkCalled } = topic(loadBalancer);

type ByStatus = Readonly<Record<string, number>>;

/** Answers within five minutes, by status; and within the last one, when that is asked for. */
const answers = (byStatus: ByStatus, lately: ByStatus = {}): Given => ({
  prometheus: {
    query: async (expression) => {
      const [all, seconds] = expression.includes('[1m]') ? [lately, 60] : [byStatus, 300];
      return Object.entries(all).map(([status, times]) => ({
        labels: status === 'none' ? {} : { status },
        value: times / seconds,
      }));
    },
  },
});

test.each([
  ['none', answers({ 200: 900 }), healthy('0 % of 900 answers in 5 min are errors (5xx)')],
  [
    'what clients do wrong',
    answers({ 200: 500, 404: 500 }),
    healthy('0 % of 1,000 answers in 5 min are errors (5xx)'),
  ],
  [
    'just so many',
    answers({ 200: 900, 500: 50, 502: 50 }),
    healthy('10 % of 1,000 answers in 5 min are errors (5xx)'),
  ],
  [
    'many',
    answers({ 200: 800, 500: 100, 503: 100 }),
    warning('20 % of 1,000 answers in 5 min are errors (5xx)'),
  ],
  [
    'many, and they go on',
    answers({ 200: 800, 500: 200 }, { 200: 100, 500: 50 }),
    warning('20 % of 1,000 answers in 5 min are errors (5xx)'),
  ],
  [
    'many, but it is over',
    answers({ 200: 800, 500: 200 }, { 200: 199, 500: 1 }),
    healthy('20 % of 1,000 answers in 5 min are errors (5xx); 0.5 % in the last minute'),
  ],
  ['most', answers({ 200: 100, 500: 900 }), problem('90 % of 1,000 answers in 5 min are errors (5xx)')],
  ['all of a few', answers({ 500: 6 }), problem('100 % of 6 answers in 5 min are errors (5xx)')],
  ['one of three', answers({ 200: 2, 500: 1 }), healthy('33 % of 3 answers in 5 min is an error (5xx)')],
  [
    'many a second, of which the guide’s alert would make one',
    answers({ 200: 60_000, 500: 300 }),
    healthy('0.5 % of 60,300 answers in 5 min are errors (5xx)'),
  ],
  ['no request', answers({ 200: 0 }), inconclusive('no request was counted in 5 min: nobody can tell')],
  [
    'nothing is counted',
    answers({}),
    inconclusive(
      'Prometheus has no http_requests_total of the last 5 min: look whether it scrapes the backend',
    ),
  ],
  [
    'another label',
    answers({ none: 900 }),
    inconclusive('http_requests_total has no label “status”: errors cannot be told from other answers'),
  ],
] as readonly Case[])('%s', async (_, given, verdict) => {
  expect(await look('error-rate', given)).toMatchObject(verdict);
});

test('asks for the guide’s figure by its names, and shows what was answered', async () => {
  const asked: string[] = [];
  const query = async (expression: string) => {
    asked.push(expression);
    return [
      { labels: { status: '503' }, value: 1 },
      { labels: { status: '200' }, value: 2 },
      { labels: { status: '404' }, value: 0 },
    ];
  };
  const { evidence } = await look('error-rate', { prometheus: { query } });
  expect(asked).toEqual([
    'sum by (status) (rate(http_requests_total[5m]))',
    'sum by (status) (rate(http_requests_total[1m]))',
  ]);
  expect(evidence).toEqual({ 'answers in 5 min': ['200: 600', '503: 300'] });
});

test('without a Prometheus it is not looked at', () => {
  const { prometheus: _, ...target }: Target = PRODUCTION;
  expect(checkCalled('error-rate').skip(target)).toBe(
    'no Prometheus configured (environments.production.prometheus)',
  );
});

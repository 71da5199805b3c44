/** What the time of the API's answers comes to, for the topic `slow-api`; and answers that are errors, or that do not come. */
import { describe, expect, test } from 'vitest';
import { slowApi } from '../../commands/slow-api.ts';
import type { Timing } from '../../src/adapters/http/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { topic } from './emergencies/samples.ts';
import { HEALTH, ILL, MIB, PAGE, redisInfo, ten, timed } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, problem, warning } from './topic.ts';

const { look } = topic(slowApi);

const answering = (timings: readonly Timing[], more: Given = {}): Given => ({
  http: { timings: async () => timings },
  ...more,
});
const some = (n: number, of: Partial<Timing>) => [
  ...ten().slice(n),
  ...Array.from({ length: n }, () => timed(of)),
];

describe('the time of an answer', () => {
  test('that is short is healthy, with its percentiles and its parts', async () => {
    expect(await look('timing', answering(ten()))).toEqual({
      status: 'healthy',
      summary: '50 ms at the median, 50 ms at the most',
      suggests: [],
      evidence: {
        request: '/api/v1/invoices',
        'median, 9 of 10, slowest': '50 ms, 50 ms, 50 ms',
        'looking the name up': '1 ms',
        connecting: '2 ms',
        'the TLS handshake': '3 ms',
        'waiting for the first byte': '40 ms',
        'receiving the answer': '4 ms',
        requests: 10,
      },
    });
  });

  test('asks for the configured request, ten times', async () => {
    const asked: unknown[] = [];
    const timings = async (...[path, count]: [string, number, AbortSignal]) => {
      asked.push([path, count]);
      return ten();
    };
    await look('timing', { http: { timings } });
    expect(asked).toEqual([['/api/v1/invoices', 10]]);
  });

  test.each([
    [
      'waiting',
      ten({ waitMs: 1200 }),
      warning('1.2 s at the median, 1.2 s at the most; 99 % of it waiting for the first byte', ['scale-out']),
    ],
    [
      'waiting for long',
      ten({ waitMs: 2500 }),
      problem('2.5 s at the median, 2.5 s at the most; 100 % of it waiting for the first byte', [
        'scale-out',
      ]),
    ],
    ['a large answer', ten({ bodyMs: 3000 }), problem(expect.stringMatching(/receiving the answer$/))],
    ['names', ten({ dnsMs: 5000 }), problem(expect.stringMatching(/looking the name up$/))],
    ['connections', ten({ connectMs: 1100 }), warning(expect.stringMatching(/connecting$/))],
    ['handshakes', ten({ tlsMs: 1000 }), warning(expect.stringMatching(/the TLS handshake$/))],
    [
      'two of ten',
      some(2, { waitMs: 3000 }),
      problem(expect.stringMatching(/^50 ms at the median, 3.0 s at the most/), ['scale-out']),
    ],
    ['one of ten', some(1, { waitMs: 1400 }), healthy('50 ms at the median; one of 10 took 1.4 s')],
    [
      'one of ten, for long, and one of ten more',
      some(1, { waitMs: 3000 }),
      warning(expect.stringMatching(/^50 ms at the median, 3.0 s at the most/), ['scale-out']),
    ],
    [
      'the only one that was measured',
      [timed({ waitMs: 15_000 })],
      problem(expect.stringMatching(/^15 s at the median/), ['scale-out']),
    ],
    ['a series that broke off', ten().slice(7), inconclusive('it broke off after 3 requests of 10')],
  ] as readonly (readonly [string, readonly Timing[], Record<string, unknown>])[])(
    '%s',
    async (_, timings, verdict) => {
      expect(await look('timing', answering(timings))).toMatchObject(verdict);
    },
  );

  test('one of ten, for long, and none of ten more, is healthy', async () => {
    const sets = [some(1, { waitMs: 3000 }), ten()];
    const timings = async () => sets.shift() ?? [];
    expect(await look('timing', { http: { timings } })).toMatchObject(
      healthy('50 ms at the median; one of 20 took 3.0 s'),
    );
    expect(sets).toEqual([]);
  });

  test('one of ten, for long, and no answer any more, is no chance', async () => {
    const sets = [async () => some(1, { waitMs: 3000 }), faulty('timed-out')];
    const timings = () => (sets.shift() ?? faulty('unreachable'))();
    const network = { connect: async () => ({ ms: 1, address: '10.0.0.1' }) };
    expect(await look('timing', { http: { timings }, network })).toMatchObject({
      status: 'problem',
      summary: expect.stringMatching(/^no answer/),
    });
  });

  test.each([
    [401, /see auth-failures/],
    [403, /may not ask for it/],
    [404, /no such path/],
    [422, /parameters/],
    [429, /too often/],
    [405, /name a request that is answered/],
  ])('an answer %i says nothing about time', async (status, why) => {
    const verdict = await look('timing', answering(ten({ status })));
    expect(verdict).toMatchObject(inconclusive(expect.stringMatching(why)));
    expect(verdict.summary).toMatch(
      new RegExp(`^/api/v1/invoices answers ${status}: .*\\(api.paths.slow\\)$`),
    );
  });
});

describe('answers that are errors', () => {
  const well: Given = { postgres: { ping: async () => 1 }, redis: { info: async () => redisInfo() } };
  const with500 = (n: number, more: Given = well) => answering(some(n, { status: 500 }), more);
  const answered = (status: number, body: string) => async () => ({ status, ms: 1, body });
  const failing = (status: number, get: NonNullable<Given['http']>['get']): Given => ({
    http: { timings: async () => ten({ status }), ...(get ? { get } : {}) },
  });
  const restarts = ['rollout-restart', 'restart-backend'];
  test.each([
    [
      'most of them',
      with500(6),
      problem('6 of 10 requests answered with 500: look for its error in the backend’s log', restarts),
    ],
    [
      'some of them',
      with500(2),
      warning(expect.stringMatching(/^2 of 10 requests answered with 500/), restarts),
    ],
    [
      'the database is away',
      with500(10, { ...well, postgres: { ping: faulty('unreachable') } }),
      inconclusive(
        '10 of 10 requests answered with 500, and the database does not answer either, see connection-refused',
      ),
    ],
    [
      'Redis is away',
      with500(10, { ...well, redis: { info: faulty('timed-out') } }),
      inconclusive(expect.stringMatching(/Redis does not answer either, see auth-failures$/)),
    ],
    [
      'Redis is full',
      with500(10, { ...well, redis: { info: async () => redisInfo({ usedMemoryBytes: 100 * MIB }) } }),
      inconclusive(expect.stringMatching(/Redis is full and refuses writes, see auth-failures$/)),
    ],
    [
      'nobody takes requests',
      failing(502, answered(502, PAGE(502))),
      inconclusive('10 of 10 requests answered with 502, and so is its health with 502, see load-balancer'),
    ],
    [
      'nobody is there',
      failing(504, faulty('timed-out')),
      inconclusive(expect.stringMatching(/its health is not answered either, see load-balancer$/)),
    ],
    [
      'it lacks something, and says so',
      failing(503, answered(503, ILL)),
      inconclusive(
        '10 of 10 requests answered with 503, and the API says itself: database: connection refused',
      ),
    ],
    [
      'somebody gave up waiting for this request alone',
      failing(504, answered(200, HEALTH)),
      problem(
        '10 of 10 requests answered with 504, though its health is answered: who stands before it does not get an answer',
        ['scale-out'],
      ),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('timing', given)).toMatchObject(verdict);
  });

  test('what is not configured is not asked', async () => {
    const { postgres: _, redis: __, ...target }: Target = PRODUCTION;
    expect(await look('timing', with500(10, {}), { target })).toMatchObject({ status: 'problem' });
  });
});

describe('no answer at all', () => {
  const late = {
    timings: faulty('timed-out', '10.0.0.7:8000 took the connection but did not answer in time.'),
  };
  const connecting: unknown[] = [];
  const connect = async (...[host, port]: [string, number, AbortSignal]) => {
    connecting.push([host, port]);
    return { address: host, ms: 1 };
  };
  const at = (url: string): Target =>
    PRODUCTION.api ? { ...PRODUCTION, api: { ...PRODUCTION.api, url } } : PRODUCTION;

  test('from somebody who takes connections is too slow', async () => {
    expect(await look('timing', { http: late, network: { connect } })).toMatchObject(
      problem('no answer: 10.0.0.7:8000 took the connection but did not answer in time.', ['scale-out']),
    );
    for (const url of ['https://api.test', 'http://api.test', 'https://[::1]:8443'])
      await look('timing', { http: late, network: { connect } }, { target: at(url) });
    expect(connecting).toEqual([
      ['10.0.0.7', 8000],
      ['api.test', 443],
      ['api.test', 80],
      ['::1', 8443],
    ]);
  });

  test.each([
    ['from nobody', { http: late, network: { connect: faulty('timed-out') } }],
    ['over a network that is away', { http: { timings: faulty('unreachable', 'nobody listens') } }],
    ['but a certificate that is not trusted', { http: { timings: faulty('refused', 'not trusted') } }],
  ] as const)('%s is another topic’s', async (_, given) => {
    expect(await look('timing', given)).toMatchObject(
      inconclusive(expect.stringMatching(/^could not look: /)),
    );
  });
});

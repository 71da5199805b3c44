/** The topic `slow-api`: where the time goes, and what may be behind it. */
import { describe, expect, test } from 'vitest';
import { slowApi } from '../../commands/slow-api.ts';
import type { Verdict } from '../../src/runbook/finding.ts';
import { contextWith, type Given, PRODUCTION } from './context.ts';

type Timing = Awaited<ReturnType<NonNullable<NonNullable<Given['http']>['timings']>>>[number];

const timed = (of: Partial<Timing> = {}): Timing => {
  const parts = { dnsMs: 1, connectMs: 2, tlsMs: 3, waitMs: 40, bodyMs: 4, ...of };
  const totalMs = parts.dnsMs + parts.connectMs + parts.tlsMs + parts.waitMs + parts.bodyMs;
  return { status: 200, ...parts, totalMs };
};
const ten = (of: Partial<Timing> = {}) => Array.from({ length: 10 }, () => timed(of));
const answering = (timings: readonly Timing[]): Given => ({ http: { timings: async () => timings } });

const redis = (keyspaceHits: number, keyspaceMisses: number): Given => ({
  redis: {
    info: async () => ({
      version: '7.0.15',
      role: 'master',
      uptimeSeconds: 1000,
      usedMemoryBytes: 1,
      maxMemoryBytes: 0,
      evictionPolicy: 'noeviction',
      evictedKeys: 0,
      keyspaceHits,
      keyspaceMisses,
      rejectedConnections: 0,
      connectedClients: 1,
      maxClients: 10_000,
      persistenceFailed: false,
    }),
  },
});

const look = (id: string, given: Given): Promise<Verdict> => {
  const check = slowApi.checks[id];
  if (!check) throw new Error(`no check ${id}`);
  return check.look(contextWith(PRODUCTION, given));
};

describe('the time of an answer', () => {
  test('that is short is healthy, with its percentiles and its parts', async () => {
    expect(await look('timing', answering(ten()))).toEqual({
      status: 'healthy',
      summary: '95 % within 50 ms',
      suggests: [],
      evidence: {
        request: '/api/v1/invoices',
        'p50, p95, p99': '50 ms, 50 ms, 50 ms',
        'looking the name up': '1 ms',
        connecting: '2 ms',
        'the TLS handshake': '3 ms',
        'waiting for the first byte': '40 ms',
        'transferring the answer': '4 ms',
        requests: 10,
      },
    });
  });

  test.each([
    ['waiting for the first byte', { waitMs: 1200 }, 'warning', ['scale-out', 'create-index']],
    ['waiting for the first byte', { waitMs: 2500 }, 'critical', ['scale-out', 'create-index']],
    ['transferring the answer', { bodyMs: 3000 }, 'critical', []],
    ['looking the name up', { dnsMs: 5000 }, 'critical', []],
    ['the TLS handshake', { tlsMs: 1000 }, 'warning', []],
  ] as const)('most of it for %s: %j', async (part, of, severity, suggests) => {
    expect(await look('timing', answering(ten(of)))).toMatchObject({
      status: 'problem',
      summary: expect.stringMatching(new RegExp(`only, most of it for ${part}$`)),
      severity,
      suggests,
    });
  });

  test('one slow answer of ten is the p95, and no more than that', async () => {
    const oneSlow = [...ten().slice(1), timed({ waitMs: 3000 })];
    expect(await look('timing', answering(oneSlow))).toMatchObject({
      status: 'problem',
      severity: 'critical',
    });
    const twenty = [...ten(), ...ten().slice(1), timed({ waitMs: 3000 })];
    expect(await look('timing', answering(twenty))).toMatchObject({ status: 'healthy' });
  });

  test('answers that fail are the problem, however fast they are', async () => {
    const failing = [...ten().slice(3), ...Array.from({ length: 3 }, () => ({ ...timed(), status: 503 }))];
    expect(await look('timing', answering(failing))).toMatchObject({
      status: 'problem',
      summary: '3 of 10 requests answered with 503',
      suggests: ['rollout-restart', 'restart-backend'],
    });
  });

  test.each([401, 404, 422])('an answer %i says nothing about time', async (status) => {
    expect(await look('timing', answering(ten().map((each) => ({ ...each, status }))))).toMatchObject({
      status: 'inconclusive',
      summary: expect.stringContaining(String(status)),
    });
  });

  test('nobody there to answer is the engine’s to report', async () => {
    const away = { http: { timings: () => Promise.reject(new Error('nobody listens')) } };
    await expect(look('timing', away)).rejects.toThrow('nobody listens');
  });
});

describe('the hit rate of the cache', () => {
  test.each([
    [900, 300, 'healthy', '75 % of 1,200 look-ups'],
    [300, 900, 'problem', '25 % of 1,200 look-ups: the rest is asked of the database'],
    [0, 999, 'healthy', '999 look-ups since its start: too few to say'],
    [0, 0, 'healthy', '0 look-ups since its start: too few to say'],
  ] as const)('of %i hits and %i misses', async (hits, misses, status, summary) => {
    expect(await look('cache-hit-rate', redis(hits, misses))).toMatchObject({ status, summary });
  });
});

describe('what it can do', () => {
  test('every fix that a check suggests is one of the topic’s', async () => {
    const seen = await Promise.all(
      [ten({ waitMs: 5000 }), ten().map((each) => ({ ...each, status: 500 }))].map((timings) =>
        look('timing', answering(timings)),
      ),
    );
    for (const fix of seen.flatMap(({ suggests }) => suggests)) expect(slowApi.fixes).toHaveProperty(fix);
  });

  test('the guide’s advice on the code comes with a place to read more', () => {
    expect(slowApi.advice?.map(({ text }) => text).join()).toContain('@cache_result');
    for (const { link } of slowApi.advice ?? []) expect(URL.canParse(link)).toBe(true);
  });
});

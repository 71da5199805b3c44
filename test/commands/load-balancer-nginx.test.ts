/** The topic `load-balancer`, nginx itself: one case a finding. */
import { describe, expect, test } from 'vitest';
import { loadBalancer } from '../../commands/load-balancer.ts';
import type { UpstreamServer } from '../../src/adapters/nginx/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { topic } from './emergencies/samples.ts';
import { ILL, PAGE } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, warning } from './topic.ts';

const { look } = topic(loadBalancer);
const RESTARTS = ['restart-nginx', 'restart-ingress'];

describe('config', () => {
  const tested = (ok: boolean, output: string): Given => ({ nginx: { test: async () => ({ ok, output }) } });
  const FINE = 'nginx: configuration file /etc/nginx/nginx.conf test is successful\n';
  const WARNED = 'nginx: [warn] conflicting server name "api" on 0.0.0.0:80, ignored\n';
  const REFUSED = `nginx: [emerg] host not found in upstream "backend" in /etc/nginx/conf.d/b.conf:4\nnginx: configuration file /etc/nginx/nginx.conf test failed\n`;
  const down = (...texts: string[]): Given => ({
    nginx: {
      test: faulty('unreachable', 'the container does not run'),
      errors: async () => ({ lines: texts.map((text) => ({ at: minutesAgo(1), text })), truncated: false }),
    },
  });
  const REASON = 'host not found in upstream "backend" in /etc/nginx/conf.d/b.conf:4';
  test.each([
    ['fine', tested(true, FINE), healthy('nginx takes it')],
    ['fine, with a warning', tested(true, WARNED + FINE), healthy('nginx takes it, with a warning')],
    [
      'refused',
      tested(false, WARNED + REFUSED),
      problem(`nginx refuses it, and would not start again: ${REASON}`),
    ],
    [
      'nginx that does not start, in its last words',
      down('2026/10/01 11:59:00 [notice] 1#1: exiting', `2026/10/01 11:59:01 [emerg] 1#1: ${REASON}`),
      problem(`nginx does not start: ${REASON}`),
    ],
    [
      'nginx that was stopped',
      down(`2026/10/01 11:58:01 [emerg] 1#1: ${REASON}`, '2026/10/01 11:59:00 [notice] 1#1: exiting'),
      inconclusive('could not look: the container does not run'),
    ],
    [
      'nobody there',
      { nginx: { test: faulty('unreachable', 'no engine'), errors: faulty('unreachable') } },
      inconclusive('could not look: no engine'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('config', given)).toMatchObject(verdict);
  });

  test('shows nginx’s words', async () => {
    expect((await look('config', tested(false, WARNED + REFUSED))).evidence).toEqual({
      nginx: (WARNED + REFUSED).trim().split('\n'),
    });
  });
});

describe('errors', () => {
  const REFUSED = 'connect() failed (111: Connection refused) while connecting to upstream';
  const SLOW = 'upstream timed out (110: Connection timed out) while reading response header from upstream';
  const CLOSED = 'upstream prematurely closed connection while reading response header from upstream';
  const ABOUT =
    ', client: 10.0.0.9, server: , request: "GET / HTTP/1.1", upstream: "http://10.0.0.3:8000/", host: "a"';
  const said = (times: number, message: string, minutes: number) =>
    Array.from({ length: times }, () => ({
      at: minutesAgo(minutes),
      text: `2026/10/01 11:59:00 [error] 7#7: *1 ${message}${ABOUT}`,
    }));
  const now = (status: number | undefined, lines: ReturnType<typeof said>, body = ''): Given => ({
    nginx: { errors: async () => ({ lines, truncated: false }) },
    http: { get: status === undefined ? faulty('unreachable') : async () => ({ status, ms: 1, body }) },
  });
  test.each([
    ['none', now(200, []), healthy('none in 5 min')],
    [
      'what a restart of the backend leaves behind',
      now(200, said(2, REFUSED, 0.2)),
      healthy('2 errors in 5 min, the last 12 s ago: connection refused; it answers now'),
    ],
    [
      'many, that are over',
      now(200, said(40, REFUSED, 3)),
      healthy('40 errors in 5 min, the last 3 min ago: connection refused; none since'),
    ],
    [
      'many, between which it answers',
      now(200, said(40, REFUSED, 0)),
      warning('40 errors in 5 min, the last just now: connection refused', RESTARTS),
    ],
    [
      'a few, and it does not answer',
      now(502, said(2, REFUSED, 2), PAGE(502)),
      warning('2 errors in 5 min, the last 2 min ago: connection refused', RESTARTS),
    ],
    [
      'many, and it does not answer',
      now(502, said(10, REFUSED, 0.5), PAGE(502)),
      problem('10 errors in 5 min, the last 30 s ago: connection refused', RESTARTS),
    ],
    [
      'a few, and nobody is there',
      now(undefined, said(1, REFUSED, 2)),
      warning('1 error in 5 min, the last 2 min ago: connection refused', RESTARTS),
    ],
    [
      'a few, and the API itself says that it lacks something else',
      now(503, said(2, REFUSED, 2), ILL),
      healthy(expect.stringMatching(/none since$/)),
    ],
    [
      'slow answers are another topic’s',
      now(504, said(40, SLOW, 0.5), PAGE(504)),
      warning('40 errors in 5 min, the last 30 s ago: no answer in time (see slow-api)'),
    ],
    [
      'of several kinds',
      now(502, [...said(8, CLOSED, 1), ...said(4, REFUSED, 0.2)], PAGE(502)),
      problem('12 errors in 5 min, the last 12 s ago, mostly: connection closed by it', [
        ...RESTARTS,
        'restart-backend',
        'rollout-restart',
      ]),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('errors', given)).toMatchObject(verdict);
  });

  test('without an API to ask, nobody knows whether a few of a minute ago are over; many are a problem', async () => {
    const { api: _, ...target }: Target = PRODUCTION;
    expect(await look('errors', now(200, said(2, REFUSED, 2)), { target })).toMatchObject(
      inconclusive(
        '2 errors in 5 min, the last 2 min ago: connection refused; whether it answers again could not be asked',
      ),
    );
    expect(await look('errors', now(200, said(40, REFUSED, 2)), { target })).toMatchObject(
      warning('40 errors in 5 min, the last 2 min ago: connection refused', RESTARTS),
    );
    expect(await look('errors', now(200, said(2, REFUSED, 0.2)), { target })).toMatchObject({
      status: 'problem',
      severity: 'warning',
    });
  });

  test('shows the kinds with one of their servers', async () => {
    expect(
      (await look('errors', now(502, [...said(8, CLOSED, 1), ...said(4, REFUSED, 0)], PAGE(502)))).evidence,
    ).toEqual({
      errors: ['8× connection closed by it (10.0.0.3:8000)', '4× connection refused (10.0.0.3:8000)'],
    });
  });

  test('a log that cannot be read is the engine’s to report', async () => {
    const given: Given = { ...now(200, []), nginx: { errors: faulty('forbidden', 'Allow it.') } };
    await expect(look('errors', given)).rejects.toThrow('Allow it.');
  });
});

describe('upstreams', () => {
  const server = (of: Partial<UpstreamServer>): UpstreamServer => ({
    upstream: 'backend',
    address: '10.0.0.3:8000',
    maxFails: 1,
    failTimeoutSeconds: 10,
    file: '/etc/nginx/conf.d/b.conf',
    line: 'server 10.0.0.3:8000;',
    ...of,
  });
  const defined = (...of: Partial<UpstreamServer>[]): Given => ({
    nginx: { upstreams: async () => of.map(server) },
  });
  test.each([
    ['none', defined(), healthy('no upstream is defined: none is left alone')],
    ['nginx’s defaults', defined({}, {}), healthy('2 servers, tried again soon')],
    [
      'never left alone',
      defined({ maxFails: 0, failTimeoutSeconds: 600 }),
      healthy('1 server, tried again soon'),
    ],
    [
      'too long',
      defined({}, { failTimeoutSeconds: 300, address: 'b:1' }),
      warning('b:1 gets nothing for 5 min after 1 failure', ['fix-health-check']),
    ],
    [
      'two of them',
      defined({ failTimeoutSeconds: 31, maxFails: 3 }, { failTimeoutSeconds: 60 }),
      warning('10.0.0.3:8000 gets nothing for 31 s after 3 failures, and 1 more', ['fix-health-check']),
    ],
    [
      'a configuration that does not load',
      { nginx: { upstreams: faulty('failed', 'It does not load.') } },
      inconclusive('could not look: It does not load.'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('upstreams', given)).toMatchObject(verdict);
  });
});

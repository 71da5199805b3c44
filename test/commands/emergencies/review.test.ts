/** The review of the access logs: what is unusual, what is not, and whose log is read. */
import { describe, expect, test } from 'vitest';
import { securityBreach } from '../../../commands/emergencies/security-breach.ts';
import type { LogRequest } from '../../../src/adapters/runtime/port.ts';
import type { Service } from '../../../src/runbook/target.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, warning } from '../topic.ts';
import { topic } from './samples.ts';

const { look, checkCalled } = topic(securityBreach);

type Line = readonly [minutes: number, address: string, request: string, status: number];

const nginxLine = ([, address, request, status]: Line) =>
  `${address} - - [01/Oct/2026:11:00:00 +0000] "${request} HTTP/1.1" ${status} 12 "-" "curl"`;
const uvicornLine = ([, address, request, status]: Line) =>
  `INFO:     ${address}:4711 - "${request} HTTP/1.1" ${status} Some Words`;

const tail = (service: Service, lines: readonly Line[], truncated = false) => ({
  lines: lines.map((line) => ({
    replica: `${service}-1`,
    at: minutesAgo(line[0]),
    text: (service === 'nginx' ? nginxLine : uvicornLine)(line),
  })),
  truncated,
});
const logs = (of: Partial<Record<Service, readonly Line[]>>, truncated = false): Given => {
  const answer = async (service: Service) => tail(service, of[service] ?? [], truncated);
  return { docker: { logs: answer }, kubernetes: { logs: answer } };
};
const times = (number: number, line: (index: number) => Line): Line[] =>
  Array.from({ length: number }, (_, index) => line(index));

const refusal = (minutes: number, address = '203.0.113.7'): Line => [
  minutes,
  address,
  'POST /auth/login',
  401,
];
const VISIT: Line = [30, '198.51.100.1', 'GET /api/v1/invoices', 200];

const CASES: readonly Case[] = [
  [
    'visits',
    logs({ nginx: [VISIT, [29, '198.51.100.2', 'GET /', 200]] }),
    {
      ...healthy('2 requests from 2 addresses, none of them unusual'),
      evidence: { log: 'nginx', refusals: [] },
    },
  ],
  [
    'a person who mistypes',
    logs({ nginx: [VISIT, ...times(5, () => refusal(10)), [9, '203.0.113.7', 'POST /auth/login', 200]] }),
    {
      ...healthy('7 requests from 2 addresses, none of them unusual'),
      evidence: { refusals: ['203.0.113.7: 6 requests, 5 refused (/auth/login), 0 paths not there'] },
    },
  ],
  [
    'a token that has ended, asked with all day long',
    logs({ nginx: times(59, (minute) => [minute, '198.51.100.1', 'GET /api/v1/invoices', 401]) }),
    healthy('59 requests from 1 address, none of them unusual'),
  ],
  [
    'an old link that everybody follows',
    logs({ nginx: times(200, () => [10, '198.51.100.1', 'GET /old', 404]) }),
    healthy('200 requests from 1 address, none of them unusual'),
  ],
  [
    'a burst',
    logs({ nginx: [VISIT, ...times(45, () => refusal(10))] }),
    warning('203.0.113.7 was refused 45 times within a minute, mostly at /auth/login', ['stop-containers']),
  ],
  [
    'a burst from one who stands behind a proxy',
    logs({ nginx: times(45, () => refusal(10, '10.0.0.9')) }),
    warning(
      '10.0.0.9 (private: perhaps a proxy) was refused 45 times within a minute, mostly at /auth/login',
      ['stop-containers'],
    ),
  ],
  [
    'somebody who tries doors',
    logs({ nginx: times(30, (door) => [10, '203.0.113.7', `GET /door-${door}`, 404]) }),
    warning('203.0.113.7 tried 30 paths that are not there', ['stop-containers']),
  ],
  [
    'a password that was found, slowly',
    logs({
      nginx: [
        ...times(30, (door) => [50, '198.51.100.9', `GET /door-${door}`, 404] satisfies Line),
        ...times(12, (index) => refusal(40 - index)),
        [1, '203.0.113.7', 'POST /auth/login', 200],
      ],
    }),
    problem(
      '203.0.113.7 was let in at /auth/login after 12 refusals; 198.51.100.9 tried 30 paths that are not there',
      ['stop-containers'],
    ),
  ],
  [
    'a burst from everywhere',
    logs({ nginx: times(80, (index) => refusal(10, `203.0.113.${index}`)) }),
    warning('80 requests refused within a minute, from 80 addresses', ['stop-containers']),
  ],
  [
    'more than are told',
    logs({
      nginx: ['1', '2', '3', '4'].flatMap((last) => times(20, () => refusal(10, `203.0.113.${last}`))),
    }),
    warning(
      expect.stringMatching(
        /^203\.0\.113\.1 was refused .+; 203\.0\.113\.2 .+; 203\.0\.113\.3 .+ and 1 more$/,
      ),
      ['stop-containers'],
    ),
  ],
  [
    'no request',
    logs({}),
    inconclusive('no request in the log of the last hour: it may be written elsewhere'),
  ],
];

describe('of containers', () => {
  test.each(CASES)('%s', async (_, given, verdict) => {
    expect(await look('access-containers', given)).toMatchObject(verdict);
  });

  test('of a log that is longer than what was read', async () => {
    const { evidence } = await look('access-containers', logs({ nginx: [VISIT] }, true));
    expect(evidence.log).toBe('nginx, its newest lines');
  });
});

describe('of pods', () => {
  test('a burst suggests what the cluster has', async () => {
    const given = logs({ nginx: times(45, () => refusal(10)) });
    expect(await look('access-pods', given)).toMatchObject({ suggests: ['isolate', 'stop-pods'] });
  });

  test('where the load balancer tells nothing, the backend does', async () => {
    const given = logs({ backend: [VISIT] });
    expect(await look('access-pods', given)).toMatchObject({
      status: 'healthy',
      evidence: { log: 'backend' },
    });
  });
});

test('an hour is asked for, and all that is kept of it', async () => {
  const asked: [Service, LogRequest][] = [];
  const answer = async (service: Service, request: LogRequest) => {
    asked.push([service, request]);
    return tail(service, [VISIT]);
  };
  await look('access-containers', { docker: { logs: answer } });
  expect(asked).toEqual([['nginx', { sinceSeconds: 3600, maxLines: 20_000 }]]);
});

test('without a load balancer of its own, the backend’s log alone; without both, none', async () => {
  const docker = {
    ...PRODUCTION.docker,
    socketPath: '/run/docker.sock',
    services: { backend: { service: 'b' } },
  };
  const target = { ...PRODUCTION, docker };
  const answer = async (service: Service) => {
    if (service !== 'backend') throw new Error(`${service} is not there`);
    return tail(service, [VISIT]);
  };
  expect(await look('access-containers', { docker: { logs: answer } }, { target })).toMatchObject({
    status: 'healthy',
  });
  expect(checkCalled('access-containers').skip({ ...target, docker: { ...docker, services: {} } })).toMatch(
    'no container of nginx configured',
  );
});

test('logs that cannot be read are not known to be quiet', async () => {
  await expect(look('access-pods', { kubernetes: { logs: faulty('forbidden') } })).rejects.toThrow(
    'it said no',
  );
});

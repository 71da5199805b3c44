/** Where an alert leads: which topic, in which environment, how grave; and that what leads nowhere says why. */
import { describe, expect, test } from 'vitest';
import { topics } from '../../commands/index.ts';
import { checkConfig } from '../../src/config.ts';
import { refuseUnknownTopics } from '../../src/engine/intake.ts';
import { type AlertRoute, GUIDE_ROUTES, leadOf } from '../../src/policy/route.ts';
import { catalog } from '../../src/runbook/define.ts';
import { alert } from './sample-alerts.ts';

const known = {
  topics: new Set(['ssl', 'slow-queries', 'load-balancer', 'connection-refused']),
  environments: ['production', 'staging'] as const,
};
const lead = (labels: Record<string, string>, routes: readonly AlertRoute[] = []) =>
  leadOf(alert({ labels }), [...routes, ...GUIDE_ROUTES], {
    ...known,
    environments: ['production', 'staging'],
  });

describe('the guide’s alerts lead to their topics without any configuration', () => {
  test.each([
    ['HighErrorRate', 'load-balancer'],
    ['DatabaseConnectionHigh', 'connection-refused'],
  ])('%s to %s', (alertname, topic) => {
    expect(lead({ alertname })).toEqual({ topic, environment: 'production', severity: 'critical' });
  });

  test('unless a route of one’s own comes before', () => {
    const routes = [{ match: { alertname: 'HighErrorRate' }, topic: 'ssl' }];
    expect(lead({ alertname: 'HighErrorRate' }, routes)).toMatchObject({ topic: 'ssl' });
  });
});

describe('a route', () => {
  const job = { match: { job: { regex: /^(?:postgres.*)$/u }, team: 'billing' }, topic: 'slow-queries' };

  test.each([
    [{ job: 'postgres-1', team: 'billing' }, true],
    [{ job: 'my-postgres', team: 'billing' }, false],
    [{ job: 'postgres-1' }, false],
    [{ job: 'postgres-1', team: 'billing2' }, false],
  ])('matches the whole of all its labels: %o %s', (labels, matches) => {
    const found = lead(labels, [job]);
    expect('topic' in found).toBe(matches);
  });

  test('the first that matches decides', () => {
    const routes = [
      { match: { a: '1' }, topic: 'ssl' },
      { match: { a: '1' }, topic: 'slow-queries' },
    ];
    expect(lead({ a: '1' }, routes)).toMatchObject({ topic: 'ssl' });
  });

  test.each([
    ['Paksa’s own label', { paksa_environment: 'staging', environment: 'x' }, 'production', 'staging'],
    ['the route', { environment: 'production' }, 'staging', 'staging'],
    ['the label', { environment: 'staging' }, undefined, 'staging'],
    ['nobody: the first', {}, undefined, 'production'],
  ])('%s names the environment', (_, labels, environment, expected) => {
    const routes = [{ match: { alertname: 'A' }, topic: 'ssl', environment }];
    expect(lead({ alertname: 'A', ...labels }, routes)).toMatchObject({ environment: expected });
  });

  test.each([
    [{ severity: 'warning' }, 'critical', 'warning'],
    [{ severity: 'page' }, 'warning', 'critical'],
    [{ severity: 'P3' }, undefined, 'warning'],
    [{}, 'warning', 'warning'],
    [{}, undefined, 'critical'],
  ] as const)('of %o and %s is %s', (labels, severity, expected) => {
    const routes = [{ match: { alertname: 'A' }, topic: 'ssl', severity }];
    expect(lead({ alertname: 'A', ...labels }, routes)).toMatchObject({ severity: expected });
  });
});

test('the label paksa_topic wins over every route', () => {
  expect(lead({ alertname: 'HighErrorRate', paksa_topic: 'ssl' })).toMatchObject({ topic: 'ssl' });
});

describe('what leads nowhere says why, and whose people are told', () => {
  test.each([
    [{ alertname: 'Unknown', environment: 'staging' }, 'no route matches it', 'staging'],
    [{ paksa_topic: 'sll' }, 'there is no topic “sll”', 'production'],
    [{ alertname: 'HighErrorRate', environment: 'prod' }, 'there is no environment “prod”', 'production'],
  ])('%o: %s', (labels, unrouted, environment) => {
    expect(lead(labels)).toEqual({ unrouted, environment });
  });
});

test('a route to a topic that there is not is refused at start, with the nearest; the guide’s own never are', () => {
  const none = catalog([]);
  expect(() => refuseUnknownTopics(GUIDE_ROUTES, none)).not.toThrow();
  expect(() => refuseUnknownTopics([{ match: { a: 'b' }, topic: 'sll' }], topics)).toThrow(/“ssl”/);
});

describe('the configuration of alerts', () => {
  const TOKEN = { TOKEN: 'x'.repeat(16) };
  const check = (alerts: string, env: Record<string, string> = TOKEN, channel = 'channel: C1\n') =>
    checkConfig({ env, readFile: () => `environments: { production: {} }\n${channel}alerts: ${alerts}` });
  const problems = (...args: Parameters<typeof check>) =>
    Object.fromEntries(check(...args).problems.map(({ path, message }) => [path, message]));

  test('is read: the guide’s routes come last, and a pattern is of the whole label', () => {
    const { config } = check('{ tokenEnv: TOKEN, routes: [{ match: { a: { regex: "b|c" } }, topic: ssl }] }');
    expect(config?.alerts.token).toBe(TOKEN.TOKEN);
    expect(config?.alerts.routes.slice(1)).toEqual(GUIDE_ROUTES);
    expect(lead({ a: 'c' }, config?.alerts.routes)).toMatchObject({ topic: 'ssl' });
    expect(lead({ a: 'cb' }, config?.alerts.routes)).toHaveProperty('unrouted');
  });

  test('may be absent: then there is no token', () => {
    expect(check('{}').config?.alerts).toEqual({ token: undefined, routes: GUIDE_ROUTES });
  });

  test.each([
    ['{ tokenEnv: TOKEN }', {}, undefined, { TOKEN: /is not set: alerts\.tokenEnv names it/ }],
    ['{ tokenEnv: TOKEN }', { TOKEN: 'short' }, undefined, { TOKEN: /at least 16 characters/ }],
    ['{ tokenEnv: TOKEN }', TOKEN, '', { channel: /is missing: .*production/ }],
    ['{ token: x }', TOKEN, undefined, { 'alerts.token': /known are tokenEnv, routes/ }],
    [
      '{ routes: [{ match: {}, topic: ssl }] }',
      TOKEN,
      undefined,
      { 'alerts.routes[0].match': /at least one label/ },
    ],
    [
      '{ routes: [{ match: { a: { regex: "(" } }, topic: ssl }] }',
      TOKEN,
      undefined,
      { 'alerts.routes[0].match.a.regex': /regular expression/ },
    ],
    [
      '{ routes: [{ match: { a: 1 }, topic: ssl }] }',
      TOKEN,
      undefined,
      { 'alerts.routes[0].match.a': /text, or/ },
    ],
    [
      '{ routes: [{ match: { a: b }, topic: ssl, environment: lab }] }',
      TOKEN,
      undefined,
      { 'alerts.routes[0].environment': /one of the environments: production/ },
    ],
  ])('%s with %o is refused', (alerts, env, channel, expected) => {
    const found = problems(alerts, env, channel);
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [path, message] of Object.entries(expected)) expect(found[path]).toMatch(message);
  });
});

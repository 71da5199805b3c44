/** The configuration: what it becomes, and that everything wrong with it is said at once, with what would be right. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkConfig, describeProblems, secretsOf } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';
import { load, MINIMAL, problems } from './written-config.ts';

const EXAMPLE_SECRETS = {
  PAKSA_HEARTBEAT_URL: 'https://monitor.example.com/hunter5',
  PRODUCTION_DATABASE_URL: 'postgresql://paksa:hunter2@db.internal/paksa_db',
  PRODUCTION_DATABASE_FIX_URL: 'postgresql://paksa_fix:hunter20@db.internal/paksa_db',
  PRODUCTION_REDIS_URL: 'redis://:hunter3@cache.internal:6380/2',
  PRODUCTION_REDIS_FIX_URL: 'redis://paksa_fix:hunter21@cache.internal:6380/2',
  PRODUCTION_API_TOKEN: 'hunter4',
  PAGERDUTY_ROUTING_KEY: 'hunter5',
  OPSGENIE_API_KEY: 'hunter6',
  PAGERDUTY_WEBHOOK_SECRET: 'hunter12-of-16-chars',
  OPSGENIE_WEBHOOK_TOKEN: 'hunter13-of-16-chars',
  TWILIO_AUTH_TOKEN: 'hunter7-of-16-chars',
  TWILIO_KEY_SECRET: 'hunter8',
  SMTP_PASSWORD: 'hunter9',
  ALARM_WALL_SECRET: 'hunter10',
  PAKSA_ALERTS_TOKEN: 'hunter11-of-16-chars',
};

describe('a configuration that is right', () => {
  test('needs one environment; all else has a default', () => {
    const config = load(MINIMAL);
    expect(config.environments.map(({ target }) => target)).toEqual([
      { environment: 'production', tls: { host: 'paksa.test', port: 443 } },
    ]);
    expect(config).toMatchObject({ port: 3000, logLevel: 'info', slack: {} });
    expect(config.environments[0].policy.escalation).toEqual({
      firstPageAfterMs: 600_000,
      afterLast: 'stop',
      levels: [
        'Development team',
        'DevOps/Infrastructure team',
        'Senior architects',
        'External consultants',
      ].map((name) => ({ name, delayMs: 600_000, repeats: 1, responders: [] })),
    });
    expect(config.environments[0].policy.approval).toEqual({
      approvers: [],
      expiresMs: 1_800_000,
      selfApproval: false,
      twoPeople: { rows: 1_000, keys: 10_000, sessions: 10, replicas: 0.5 },
    });
  });

  test('channels of their own are for nobody unless it says so, and may differ by environment', () => {
    expect(load(MINIMAL).environments[0].policy).not.toHaveProperty('rooms');
    const severe = `${MINIMAL}\nrooms: { for: critical, archiveAfter: 3d, private: true }`;
    expect(load(severe).environments[0].policy.rooms).toEqual({
      for: 'critical',
      isPrivate: true,
      archiveAfterMs: 259_200_000,
    });
    expect(load(`${MINIMAL}\nrooms: {}`).environments[0].policy.rooms).toEqual({
      for: 'emergencies',
      isPrivate: false,
    });
    expect(problems(`${MINIMAL}\nrooms: { for: all }`)).toEqual({
      'rooms.for': 'must be emergencies or critical',
    });
  });

  test('the annotated example is one, and its first environment is the default', () => {
    const config = load(readFileSync('paksa.example.yaml', 'utf8'), EXAMPLE_SECRETS);
    expect(config.environments.map(({ target }) => target.environment)).toEqual(['production', 'staging']);
    expect(config.environments[0].policy.escalation.levels[0]).toEqual({
      name: 'Development team',
      delayMs: 600_000,
      repeats: 2,
      responders: [
        { kind: 'usergroup', id: 'S012AB3CD' },
        { kind: 'channel', id: 'C012AB3CE' },
      ],
    });
    expect(config.environments[0].policy.escalation.levels[3]?.delayMs).toBe(5_400_000);
  });

  test('what is secret about an environment is apart from what may be seen of it', () => {
    const config = load(readFileSync('paksa.example.yaml', 'utf8'), EXAMPLE_SECRETS);
    const [production] = config.environments;
    expect(production.target).toMatchObject({
      postgres: { host: 'db.internal', port: 5432, user: 'paksa', database: 'paksa_db' },
      redis: { host: 'cache.internal', port: 6380, database: 2 },
      api: { url: 'https://paksa.example.com', port: 8000, hasToken: true },
      kubernetes: { workloads: { nginx: { namespace: 'ingress-nginx' } } },
      docker: { services: { redis: { container: 'redis-1' } } },
    });
    expect(config.heartbeat).toEqual({ url: 'https://monitor.example.com/hunter5', everyMs: 60_000 });
    expect(JSON.stringify(production.target)).not.toMatch(/hunter|tokenEnv|urlEnv/);
    expect(secretsOf(config)).toEqual([
      'https://monitor.example.com/hunter5',
      'hunter11-of-16-chars',
      ...[2, 20, 3, 21, 4, 5].map((n) => `hunter${n}`),
      'hunter12-of-16-chars',
      'hunter6',
      'hunter13-of-16-chars',
      'hunter7-of-16-chars',
      ...[8, 9, 10].map((n) => `hunter${n}`),
    ]);
  });

  test('secrets of the cluster are none unless named, with the guide’s keys', () => {
    const secretsIn = (more: string) => {
      const { environments } = load(`channel: C1\nenvironments: { production: { kubernetes: { ${more} } } }`);
      const { jwtSecret, databaseSecret } = environments[0].target.kubernetes ?? {};
      return { jwtSecret, databaseSecret };
    };
    expect(secretsIn('')).toEqual({});
    expect(secretsIn('jwtSecret: { name: a }, databaseSecret: { name: b }')).toEqual({
      jwtSecret: { name: 'a', key: 'JWT_SECRET_KEY' },
      databaseSecret: { name: 'b', key: 'DATABASE_URL' },
    });
    expect(secretsIn('databaseSecret: { name: b, key: password, user: app }').databaseSecret).toEqual({
      name: 'b',
      key: 'password',
      user: 'app',
    });
  });

  test('the services of the guide are the default, and an environment may have its own ladder, approvals and channel', () => {
    const config = load(`
channel: C1
environments:
  production: { docker: { project: paksa }, kubernetes: {} }
  staging:
    channel: C2
    ladder: { firstPageAfter: 0s }
    approvals: { selfApproval: true }
`);
    const [production, staging] = config.environments;
    expect(production.target.docker?.services.backend).toEqual({ service: 'backend' });
    expect(production.target.kubernetes).toMatchObject({
      namespace: 'paksa-financial',
      workloads: { postgres: { kind: 'statefulset', name: 'postgres-primary' } },
    });
    expect(production.target.kubernetes?.workloads).not.toHaveProperty('redis');
    expect([production.channel, staging?.channel]).toEqual(['C1', 'C2']);
    expect(production.policy).toMatchObject({
      escalation: { firstPageAfterMs: 600_000 },
      approval: { selfApproval: false },
    });
    expect(staging?.policy).toMatchObject({
      escalation: { firstPageAfterMs: 0 },
      approval: { selfApproval: true },
    });
  });

  test('every key that the schema knows is in the example and in the documentation', () => {
    const example = readFileSync('paksa.example.yaml', 'utf8');
    const documentation = readFileSync('docs/configuration.md', 'utf8');
    const { a: unknownEverywhere } = problems('a: 1');
    expect(unknownEverywhere).toContain('environments, channel, ladder, approvals, roles, rooms, schedules');
    for (const key of (unknownEverywhere ?? '').replace(/.*known are /, '').split(', ')) {
      expect(example).toMatch(new RegExp(`^${key}:`, 'm'));
      expect(documentation).toContain(`\`${key}`);
    }
  });

  test('an empty variable is an unset one, and the API address ends with a slash', () => {
    const config = load(MINIMAL, { SLACK_BOT_TOKEN: '', PORT: '0', SLACK_API_URL: 'http://127.0.0.1:1/api' });
    expect(config.slack).toMatchObject({ botToken: undefined, apiUrl: 'http://127.0.0.1:1/api/' });
    expect(config.port).toBe(0);
  });
});

describe('a configuration that is not right', () => {
  test('says everything at once, over both sources', () => {
    const found = problems(
      `
environments:
  production:
    tls: { hots: paksa.test, port: 99999 }
    certificate: { files: { certificate: cert.pem, key: /k.pem }, authority: { kind: acme } }
  Staging: {}
ladder:
  afterlast: loop
  levels:
    - { delay: 10, repeats: 0, responders: [{ user: '@ann' }, { user: U1, channel: C1 }, {}] }
approvals: { approvers: [{ channel: C1 }], expires: soon, selfApproval: 'no' }
colour: red
`,
      {
        SLACK_BOT_TOKEN: 'xapp-mixed-up',
        SLACK_APP_TOKN: 'xapp-1',
        PORT: 'http',
        DATABASE_URL: 'mysql://localhost/paksa',
        LOG_LEVEL: 'loud',
        SLACK_CLIENT_SECRET: 'another tool’s',
      },
    );
    expect(found).toEqual({
      SLACK_APP_TOKN: 'is not read: did you mean SLACK_APP_TOKEN?',
      SLACK_BOT_TOKEN: "must be the bot's token, which begins with xoxb-",
      PORT: 'must be a port from 0 to 65535; 0 takes any free one',
      DATABASE_URL: 'must be a PostgreSQL address, such as postgres://user:password@host:5432/paksa',
      LOG_LEVEL: 'must be one of trace, debug, info, warn, error, fatal, silent',
      'environments.production.tls.host': 'is missing: it must be the host name or address to connect to',
      'environments.production.tls.hots': 'is not a key here: did you mean host?',
      'environments.production.tls.port': 'must be the port, a whole number from 1 to 65535',
      'environments.production.certificate.files.certificate':
        'must be the absolute path of the PEM file of the certificate, such as /etc/paksa/…',
      'environments.production.certificate.authority.kind': 'must be certbot or local-ca',
      'environments.Staging': 'must be a name of lower-case letters, digits and hyphens, such as production',
      'ladder.afterlast': 'is not a key here: did you mean afterLast?',
      'ladder.levels[0].name': "is missing: it must be the level's name",
      'ladder.levels[0].delay':
        'must be a duration from 1s to 7d, such as 90s, 10m or 1h30m: 10 has no unit, did you mean 10m?',
      'ladder.levels[0].repeats': 'must be how often the level is paged, a whole number from 1 to 20',
      'ladder.levels[0].responders[0].user':
        "must be a user's id, such as U012AB3CD (profile › ⋮ › Copy member ID)",
      'ladder.levels[0].responders[1]':
        'must be one of { user: U… }, { usergroup: S… }, { channel: C… }, { schedule: name }',
      'ladder.levels[0].responders[2]':
        'must be one of { user: U… }, { usergroup: S… }, { channel: C… }, { schedule: name }',
      'approvals.approvers[0]': 'must be one of { user: U… }, { usergroup: S… }',
      'approvals.approvers[0].channel': 'is not a key here: known are user, usergroup',
      'approvals.expires': 'must be a duration from 10s to 7d, such as 90s, 10m or 1h30m',
      'approvals.selfApproval': 'must be true or false',
      colour:
        'is not a key here: known are environments, channel, ladder, approvals, roles, rooms, schedules, ladders, ladderRules, businessHours, maintenance, freezes, silences, heartbeat, publicUrl, pagers, people, alerts',
    });
  });

  test.each([
    ['no environments', '{}', 'environments', /^is missing/],
    ['no environment in it', 'environments: {}', 'environments', /at least one/],
    ['a section left empty', 'environments: { a: { tls: } }', 'environments.a.tls', /a block with host/],
    ['a list for a block', '[1]', 'the file', /a block with environments/],
    ['a key twice', 'environments: {}\nenvironments: {}', 'the file', /is not YAML: Map keys must be unique/],
    ['broken YAML', 'environments: [', 'the file', /is not YAML/],
    [
      'services without a project',
      'environments: { a: { docker: {} } }',
      'environments.a.docker.project',
      /must be the compose project/,
    ],
    [
      'a service that nobody knows',
      'environments: { a: { kubernetes: { workloads: { web: {} } } } }',
      'environments.a.kubernetes.workloads.web',
      /backend, postgres, redis, nginx/,
    ],
    [
      'a place that is none',
      'environments: { a: { nginx: { place: { on: moon } } } }',
      'environments.a.nginx.place.on',
      /host or container or pod/,
    ],
    [
      'a secret in place of its variable',
      'environments: { a: { postgres: { urlEnv: "postgres://x" } } }',
      'environments.a.postgres.urlEnv',
      /name of the environment variable/,
    ],
    [
      'a variable that is not set',
      'environments: { a: { postgres: { urlEnv: A_URL } } }',
      'A_URL',
      /is not set: environments\.a\.postgres\.urlEnv names it/,
    ],
    ['no levels', `${MINIMAL}\nladder: { levels: [] }`, 'ladder.levels', /at least one level/],
    [
      'a duration past the limit',
      `${MINIMAL}\nladder: { firstPageAfter: 8d }`,
      'ladder.firstPageAfter',
      /7d/,
    ],
  ])('%s', (_, yaml, path, message) => {
    expect(problems(yaml)[path]).toMatch(message);
  });

  test('an address that is none is refused without being shown', () => {
    const { A_URL } = problems('environments: { a: { redis: { urlEnv: A_URL } } }', { A_URL: 'hunter2' });
    expect(A_URL).toBe(
      'must be an address such as redis://user:password@host/name (environments.a.redis.urlEnv names it)',
    );
  });

  test('is refused with a sentence for each problem, and no value of a secret', () => {
    const refusal = () => load(`${MINIMAL}\nchanel: C1`, { SLACK_BOT_TOKEN: 'hunter2-secret' });
    expect(refusal).toThrow(UserError);
    expect(refusal).toThrow(
      [
        'The configuration has 2 things to put right:',
        "  SLACK_BOT_TOKEN must be the bot's token, which begins with xoxb-",
        '  paksa.yaml: chanel is not a key here: did you mean channel?',
      ].join('\n'),
    );
  });

  test('a file that is not there says where it was looked for and what to do', () => {
    const { problems: found } = checkConfig({ env: { PAKSA_CONFIG: '/nowhere/paksa.yaml' } });
    expect(describeProblems(found)).toMatch(/nowhere\/paksa\.yaml is not there: copy paksa\.example\.yaml/);
  });
});

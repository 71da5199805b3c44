/** Pagers and people of the configuration: what they become, and what is refused. */
import { describe, expect, test } from 'vitest';
import { answerLines } from '../../src/cli/answers.ts';
import { secretsOf } from '../../src/config.ts';
import { load, MINIMAL, problems } from './written-config.ts';

describe('pagers', () => {
  const TWILIO = `kind: twilio, accountSid: AC${'0'.repeat(32)}, tokenEnv: TOKEN, from: "+15005550006"`;
  const yaml = (levels: string, pagers = `sms: { ${TWILIO} }`, people = '') => `
${MINIMAL}
ladder: { levels: [${levels}] }
pagers: { ${pagers} }
people: { ${people} }
`;
  const TOKEN = { TOKEN: 'a token' };

  test('a level names them in order; one that names none leaves it to Slack', () => {
    const levels = '{ name: A, responders: [{ user: U1 }], pagers: [slack, sms] }, { name: B }';
    const config = load(yaml(levels, undefined, 'U1: { phone: "+4915112345678" }'), TOKEN);
    expect(config.environments[0].policy.escalation.levels.map((each) => each.pagers)).toEqual([
      ['slack', 'sms'],
      undefined,
    ]);
    expect(config.paging.pagers).toEqual([
      {
        kind: 'twilio',
        name: 'sms',
        by: 'sms',
        url: 'https://api.twilio.com',
        accountSid: `AC${'0'.repeat(32)}`,
        token: 'a token',
        from: '+15005550006',
      },
    ]);
    expect(config.paging.people.get('U1')).toEqual({ phone: '+4915112345678' });
    expect(secretsOf(config)).toEqual(['a token']);
  });

  test('the secrets come from the environment, and the addresses of other regions from the file', () => {
    const config = load(
      yaml(
        '{ name: A }',
        `duty: { kind: pagerduty, routingKeyEnv: TOKEN, url: "https://events.eu.pagerduty.com/" },
         genie: { kind: opsgenie, apiKeyEnv: TOKEN }, hook: { kind: webhook, url: "https://a.test/x/", secretEnv: TOKEN },
         mail: { kind: email, host: mail.test, from: "Paksa <paksa@a.test>", user: paksa, passwordEnv: TOKEN }`,
      ),
      TOKEN,
    );
    expect(config.paging.pagers).toMatchObject([
      { name: 'duty', url: 'https://events.eu.pagerduty.com', routingKey: 'a token' },
      { name: 'genie', url: 'https://api.opsgenie.com', apiKey: 'a token' },
      { name: 'hook', url: 'https://a.test/x/', secret: 'a token' },
      { name: 'mail', port: 587, security: 'starttls', password: 'a token' },
    ]);
  });

  test.each([
    [
      'a name that is none',
      '{ name: A, pagers: [slak] }',
      undefined,
      {
        'ladder.levels[0].pagers[0]': 'is no pager: did you mean slack?',
      },
    ],
    [
      'a name far from all',
      '{ name: A, pagers: [slack, carrier-pigeon] }',
      undefined,
      {
        'ladder.levels[0].pagers[1]': 'is no pager: known are slack, sms',
      },
    ],
    [
      'the same one twice',
      '{ name: A, pagers: [sms, sms] }',
      undefined,
      {
        'ladder.levels[0].pagers': 'must be a list that names each pager once',
      },
    ],
    [
      'a person without a number',
      '{ name: A, responders: [{ user: U1 }, { channel: C1 }], pagers: [sms] }',
      undefined,
      {
        'people.U1.phone': 'is missing: ladder.levels[0].pagers[0] (sms) calls them by it',
      },
    ],
    [
      'a kind that is none',
      '{ name: A }',
      'x: { kind: pagerdooty }',
      {
        'pagers.x.kind':
          'must be one of pagerduty, opsgenie, twilio, email, webhook: did you mean pagerduty?',
      },
    ],
    [
      'a call from a messaging service',
      '{ name: A }',
      `x: { ${TWILIO.replace('"+15005550006"', `MG${'0'.repeat(32)}`)}, by: voice }`,
      {
        'pagers.x.from': 'must be a number of the account: a messaging service cannot call',
      },
    ],
    [
      'a user without a password',
      '{ name: A }',
      'x: { kind: email, host: a, from: a@b.test, user: paksa }',
      {
        'pagers.x.passwordEnv': 'must be given together with user',
      },
    ],
    [
      'an address with a password',
      '{ name: A }',
      'x: { kind: webhook, url: "https://paksa:hunter2@a.test", secretEnv: TOKEN }',
      {
        'pagers.x.url': 'must be where the page is sent, an http or https address without user and password',
      },
    ],
    [
      'a secret that is not set',
      '{ name: A }',
      'x: { kind: webhook, url: "https://a.test", secretEnv: NOT_SET }',
      {
        NOT_SET: 'is not set: pagers.x.secretEnv names it',
      },
    ],
    [
      'a pager that is called slack',
      '{ name: A }',
      'slack: { kind: webhook, url: "https://a.test", secretEnv: TOKEN }',
      {
        'pagers.slack': 'must be a name of lower-case letters, digits and hyphens; slack is there always',
      },
    ],
  ])('%s is refused, with what would be right', (_, levels, pagers, expected) => {
    expect(problems(yaml(levels, pagers), TOKEN)).toEqual(expected);
  });

  test('answers come in where webhookSecretEnv names what proves them, at the address that Twilio signs', () => {
    const SECRET = 'a-secret-of-sixteen';
    const config = load(
      `${yaml('{ name: A }', `sms: { ${TWILIO}, webhookSecretEnv: SECRET }, duty: { kind: pagerduty, routingKeyEnv: TOKEN, webhookSecretEnv: SECRET }`)}
publicUrl: https://paksa.example.com/behind/`,
      { ...TOKEN, SECRET },
    );
    const url = 'https://paksa.example.com/behind/pagers/';
    expect(config.paging.pagers).toMatchObject([
      { replies: { secret: SECRET, url: `${url}sms` } },
      { replies: { secret: SECRET, url: `${url}duty` } },
    ]);
    expect(secretsOf(config)).toEqual(['a token', SECRET]);
    expect(answerLines(config)).toEqual([
      'Answers to pages are taken in at',
      `  ${url}sms: messages to +15005550006`,
      `  ${url}duty: a webhook (v3) of PagerDuty`,
    ]);
  });

  test('what would leave answers unproved is refused', () => {
    const pagers = `sms: { ${TWILIO}, webhookSecretEnv: SHORT }, duty: { kind: pagerduty, routingKeyEnv: TOKEN, webhookSecretEnv: NOT_SET }`;
    expect(problems(yaml('{ name: A }', pagers), { ...TOKEN, SHORT: 'guess me' })).toEqual({
      SHORT: 'must be at least 16 characters (pagers.sms.webhookSecretEnv names it)',
      NOT_SET: 'is not set: pagers.duty.webhookSecretEnv names it',
      publicUrl: 'is missing: Twilio signs the address that it calls, and pagers.sms takes answers from it',
    });
  });

  test('a phone number that YAML takes for a number is asked for in quotes', () => {
    const found = problems(yaml('{ name: A }', undefined, 'U1: { phone: +4915112345678 }'), TOKEN);
    expect(found['people.U1.phone']).toContain('in quotes, such as "+4915112345678"');
  });

  test('whoever stands in a schedule needs the contact too', () => {
    const schedules =
      'schedules: { primary: { timeZone: UTC, layers: [{ users: [U1, U2], rotation: daily, start: "2026-01-05" }] } }';
    const levels = '{ name: A, responders: [{ schedule: primary }, { user: U1 }], pagers: [sms] }';
    const found = problems(
      `${yaml(levels, undefined, 'U1: { phone: "+4915112345678" }')}\n${schedules}`,
      TOKEN,
    );
    expect(found).toEqual({
      'people.U2.phone': 'is missing: ladder.levels[0].pagers[0] (sms) calls them by it',
    });
  });

  test('a ladder of one environment is judged as the others are', () => {
    const found = problems(
      'environments: { a: { tls: { host: a }, ladder: { levels: [{ name: A, pagers: [sms] }] } } }',
    );
    expect(found).toEqual({
      'environments.a.ladder.levels[0].pagers[0]': 'is no pager: known are slack',
    });
  });
});

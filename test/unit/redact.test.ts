/** The redactor hides what must not be shown, lets ordinary text be, and stays quick on text made to slow it down. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createRedactor, REDACTED, redact, redactDeep } from '../../src/redact.ts';

const KEY = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${'MIIEow'.repeat(30)}\n-----END RSA PRIVATE KEY-----`;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P';

/** Put together here, so that scanners of the repository do not take them for real ones. */
const GITHUB = `ghp_${'a1B2c3D4'.repeat(5)}`;
const SLACK = `xoxb-${'123456789012'}-abcDEF`;

describe('hides', () => {
  test.each([
    [
      'postgres://paksa:hunter2@db.internal:5432/paksa',
      `postgres://paksa:${REDACTED}@db.internal:5432/paksa`,
    ],
    ['redis://:hunter2@cache:6379', `redis://:${REDACTED}@cache:6379`],
    ['at postgresql://a:p@ss@h/x and more', `at postgresql://a:${REDACTED}@h/x and more`],
    ['two a://b:c@d e://f:g@h', `two a://b:${REDACTED}@d e://f:${REDACTED}@h`],
    ['host=db password=hunter2 user=paksa', `host=db password=${REDACTED} user=paksa`],
    ["password='hunter 2' user=paksa", `password='${REDACTED}' user=paksa`],
    ['{"password":"hunter\\"2","user":"paksa"}', `{"password":"${REDACTED}","user":"paksa"}`],
    ['pg_dump --password=hunter2 paksa', `pg_dump --password=${REDACTED} paksa`],
    ['mysql --password hunter2 paksa', `mysql --password ${REDACTED} paksa`],
    ['PGPASSWORD=hunter2 psql', `PGPASSWORD=${REDACTED} psql`],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI psql', `AWS_SECRET_ACCESS_KEY=${REDACTED} psql`],
    ["ALTER ROLE paksa PASSWORD 'hunter2';", `ALTER ROLE paksa PASSWORD '${REDACTED}';`],
    ['db:\n  password: hunter2\n  user: paksa', `db:\n  password: ${REDACTED}\n  user: paksa`],
    ['?client_secret=abc&x=1', `?client_secret=${REDACTED}&x=1`],
    ['Authorization: Bearer abc.def-123456789', `Authorization: ${REDACTED}`],
    ['sent Bearer abcdef0123456789abcdef', `sent Bearer ${REDACTED}`],
    ['Set-Cookie: session=abc; Path=/\nServer: nginx', `Set-Cookie: ${REDACTED}\nServer: nginx`],
    [`token ${SLACK}.`, `token ${REDACTED}.`],
    [`clone with ${GITHUB}`, `clone with ${REDACTED}`],
    ['key AKIAIOSFODNN7EXAMPLE found', `key ${REDACTED} found`],
    [`jwt ${JWT}, next`, `jwt ${REDACTED}, next`],
    ['https://hooks.slack.com/commands/T1/2/3', `https://hooks.slack.com/${REDACTED}`],
    [`before\n${KEY}\nafter`, `before\n${REDACTED}\nafter`],
    [`cut off: ${KEY.slice(0, 90)}`, `cut off: ${REDACTED}`],
    ['paid with 4111 1111 1111 1111 today', `paid with ${REDACTED} today`],
    ['5500-0000-0000-0004', REDACTED],
    ['amex 378282246310005', `amex ${REDACTED}`],
    ['2346 4111 1111 1111 1111', `2346 ${REDACTED}`],
    ['IBAN GB29 NWBK 6016 1331 9268 19 please', `IBAN ${REDACTED} please`],
    ['to BE68539007547034', `to ${REDACTED}`],
    ['BE68 5390 0754 7034 PAID', `${REDACTED} PAID`],
  ])('%s', (text, hidden) => {
    expect(redact(text)).toBe(hidden);
  });
});

describe('lets be', () => {
  test.each([
    'expires in 12 days (2026-12-05T10:00:00Z), serial 04A1F3D2990B',
    'secret: paksa-tls in namespace paksa is 3 days old',
    'SHA-256 4A:11:11:11:11:11:11:11, key RSA 2048',
    'basic authentication, bearer certificates',
    'http://paksa.test:8080/path?mail=ann@example.com',
    'postgres://paksa@db.internal/paksa',
    'at 1764000000123 ms, ts 1764000000.123456, order 4111111111111112',
    'max_tokens is 4096; a bot token begins with xoxb-',
    'certbot renew --cert-name paksa --non-interactive',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

const fragments = fc.oneof(
  fc.constantFrom(
    'password=',
    'password: ',
    '"token":"',
    '--secret ',
    'postgres://a:',
    '@',
    '"',
    "'",
    '\\',
    ' ',
    '\n',
    '=',
    SLACK,
    GITHUB,
    JWT,
    KEY,
    KEY.slice(0, 40),
    '4111111111111111',
    'GB29NWBK60161331926819',
    'xoxb-',
    'eyJ',
    REDACTED,
    'Authorization: Bearer ',
    'AKIAIOSFODNN7EXAMPLE',
    'hooks.slack.com/',
  ),
  fc.string({ maxLength: 12 }),
);
const text = fc.array(fragments, { maxLength: 14 }).map((parts) => parts.join(''));

describe('always', () => {
  test('once is enough', () => {
    fc.assert(
      fc.property(text, (given) => redact(redact(given)) === redact(given)),
      { numRuns: 3_000 },
    );
  });

  test('a text grows by no more than a mark for each character', () => {
    fc.assert(fc.property(text, (given) => redact(given).length <= given.length * (REDACTED.length + 2)));
  });

  test('a password in a URL is never left', () => {
    const password = fc.stringMatching(/^[A-Za-z0-9!$%^*_+~.-]{6,30}$/);
    fc.assert(
      fc.property(password, fc.constantFrom('postgres', 'redis', 'https'), (hidden, scheme) => {
        expect(redact(`see ${scheme}://user:${hidden}@host/x`)).toBe(
          `see ${scheme}://user:${REDACTED}@host/x`,
        );
      }),
    );
  });

  test.each([
    'a',
    '1',
    '1 ',
    '1234 ',
    'A1',
    'GB29 ',
    '-',
    '--secret',
    'eyJ-',
    'eyJ.',
    'x://a:',
    'password',
    'password=',
    '="',
    'xoxb-',
    'bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'a://',
    '\\"',
    ' ',
    '@',
    '--a-',
    'cookie:',
    "password '",
  ])('200,000 characters of %j come back', { timeout: 60_000 }, (unit) => {
    // A pattern that backtracks would not end within hours: the time-out is the judge, not a stopwatch.
    const once = redact(unit.repeat(Math.ceil(200_000 / unit.length)));
    expect(redact(once)).toBe(once);
  });
});

describe('configured secrets', () => {
  const secret = 'p@ss/w"rd-of-paksa';
  const { redact: hide, redactDeep: hideDeep } = createRedactor([secret, 'paksa']);

  test.each([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret),
    Buffer.from(secret).toString('base64'),
  ])('are hidden as %s', (form) => {
    expect(hide(`it is ${form}`)).toMatch(new RegExp(`^it is "?${REDACTED}"?$`));
  });

  test('a short one is left to its context, or every word would be hidden', () => {
    expect(hide('paksa is up')).toBe('paksa is up');
  });

  test('are hidden however deep, in copies of the same shape', () => {
    const at = new Date(0);
    const cause = new TypeError(`refused ${secret}`);
    const given = {
      list: [`x ${secret}`, 1],
      at,
      token: 'short',
      nested: { password: '' },
      error: new Error('no', { cause }),
    };
    const hidden = hideDeep(given);
    expect(hidden).toMatchObject({
      list: [`x ${REDACTED}`, 1],
      at,
      token: REDACTED,
      nested: { password: '' },
    });
    expect(hidden.error).toBeInstanceOf(Error);
    expect(hidden.error.cause).toBeInstanceOf(TypeError);
    expect(hidden.error.cause).toMatchObject({ message: `refused ${REDACTED}` });
    expect(hidden.error.stack).toContain('redact.test.ts');
    expect(given.list[0]).toContain(secret);
  });

  test('a structure that holds itself comes back as one', () => {
    const given: { self?: unknown; url: string } = { url: 'a://b:c@d' };
    given.self = given;
    const hidden = redactDeep(given);
    expect(hidden.url).toBe(`a://b:${REDACTED}@d`);
    expect(hidden.self).toBe(hidden);
  });
});

describe('the log', () => {
  const lines: string[] = [];
  const log = createLog(
    { level: 'info', secrets: ['configured-secret'] },
    { write: (line) => lines.push(line) },
  );

  test.each([
    ['a message', () => log.info('with configured-secret')],
    ['a message and its values', () => log.info('password=%s', 'configured')],
    ['fields', () => log.info({ url: 'a://b:configured@c' }, 'connecting')],
    ['an error', () => log.error(new Error('configured-secret'))],
    ['an error among fields', () => log.error({ err: new Error('configured-secret') }, 'failed')],
    ['a child’s bindings', () => log.child({ token: 'configured' }).info('hello')],
  ])('hides secrets in %s', (_, write) => {
    lines.length = 0;
    write();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: expect.any(String), time: expect.any(String) });
    expect(lines[0]).toContain(REDACTED);
    expect(lines[0]).not.toContain('configured');
  });
});

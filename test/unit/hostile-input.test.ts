/**
 * Over 100,000 inputs as an attacker or an accident would make them, through everything that reads what comes from outside. None
 * of them crashes it, takes time out of proportion, or is taken for what it is not.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalsOf } from '../../commands/auth-failures/refusals.ts';
import { topics } from '../../commands/index.ts';
import { upstreamErrors } from '../../commands/load-balancer/upstream-errors.ts';
import { grouped } from '../../commands/parts/logs.ts';
import { generatedFile, readRevisions, unknownRevision } from '../../src/adapters/alembic/output.ts';
import { reasonOf } from '../../src/adapters/certificate/certbot-output.ts';
import { parseCertificates, parsePrivateKey } from '../../src/adapters/certificate/pem.ts';
import { startFailure } from '../../src/adapters/exec/missing-program.ts';
import { readExposition } from '../../src/adapters/http/exposition.ts';
import { parseBytes, parseMillicores } from '../../src/adapters/kubernetes/quantity.ts';
import { readDirectives } from '../../src/adapters/nginx/directives.ts';
import { isErrorLine, presentable, writtenAt } from '../../src/adapters/nginx/error-log.ts';
import { readUpstreams } from '../../src/adapters/nginx/upstreams.ts';
import { readAddress } from '../../src/adapters/postgres/address.ts';
import { indexName } from '../../src/adapters/postgres/index-name.ts';
import { actOf } from '../../src/engine/acts.ts';
import { anchorOf, auditSearch } from '../../src/engine/audit.ts';
import { AdapterError, UserError } from '../../src/errors.ts';
import { PAYLOADS } from '../../src/http/alert-payloads.ts';
import { ALERT_SOURCES } from '../../src/incident/alert.ts';
import { periodOf } from '../../src/policy/moment.ts';
import { askedSilence } from '../../src/policy/silence-words.ts';
import { redact } from '../../src/redact.ts';
import { parse } from '../../src/slack/parse.ts';
import { decode, decodeLook, decodeStart } from '../../src/slack/views/button-value.ts';
import { helpView } from '../../src/slack/views/help.ts';
import { hostileText } from './views/hostile.ts';
import { expectSendable } from './views/judge.ts';

const LONG = { timeout: 120_000 };

/** What a reader looks for, in an order and a company in which nobody expects it. */
const made = (...pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((all) => all.join('')),
    },
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => all.join(' ')),
    },
    { weight: 3, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  );

/** It is either read, or refused with an error that is meant for whoever reads it. */
function readOrRefused<Read>(reading: () => Read): Read | undefined {
  try {
    return reading();
  } catch (error) {
    if (error instanceof AdapterError || error instanceof UserError) {
      expect(error.message).toMatch(/\S/);
      return undefined;
    }
    throw error;
  }
}

describe('what people type', () => {
  const typed = made(
    ...[
      'diagnose',
      'ssl',
      'all',
      '--env',
      '--env=',
      'production',
      'fix',
      'incident',
      'INC-12',
      'inc-0',
      'note',
    ],
    ...[
      'silence',
      'for',
      'until',
      '18:00',
      '2h',
      'because',
      'team=billing',
      '=',
      'unsilence',
      'override',
      'end',
    ],
    ...[
      'emergency',
      'system-down',
      'procedure',
      'ladder',
      'drill',
      'level',
      '99',
      'audit',
      '<@UEVIL>',
      'cli:x',
    ],
    ...['__proto__', 'constructor', 'toString', '“', '”', '–', '—', '\n', '\t', '@', '/', ':', '|'],
  );

  test('is a command, or answered with what is meant', LONG, () => {
    fc.assert(
      fc.property(typed, (text) => {
        const command = parse(text, topics);
        if (command.command !== 'unknown') return;
        expect(command.said).not.toBe('');
        expect(command.said.length).toBeLessThan(400);
      }),
      { numRuns: 25_000 },
    );
  });

  test('can be said back', LONG, () => {
    fc.assert(
      fc.property(typed, (text) => {
        const command = parse(text, topics);
        if (command.command === 'unknown')
          expectSendable(helpView([...topics.values()].slice(0, 3), command.said));
      }),
      { numRuns: 1_500 },
    );
  });

  test('about an incident, a silence, a moment or the audit log', LONG, () => {
    fc.assert(
      fc.property(typed, (text) => {
        const act = actOf(text);
        if (act.act === 'unclear') expect(act.say).toMatch(/\S/);
        const { moments } = askedSilence(text);
        const { from, to } = periodOf(moments, 'Europe/Berlin', 1_700_000_000_000);
        for (const moment of [from, to]) expect(moment === undefined || Number.isFinite(moment)).toBe(true);
        expect(auditSearch(text.split(' ')).words.length).toBeLessThanOrEqual(text.length + 1);
        readOrRefused(() => anchorOf(text));
      }),
      { numRuns: 10_000 },
    );
  });

  test('a button’s value is one of Paksa’s, or nothing', LONG, () => {
    fc.assert(
      fc.property(
        made('INC-1', 'INC-', ':', '::', '/', '@', '1', '999999999999', 'renew', 'RENEW', '\n'),
        (value) => {
          const button = decode(value);
          if (button) expect(button.part).toMatch(/^[a-z0-9-]{0,41}$/);
          const start = decodeStart(value);
          if (start) expect(start.topic).toMatch(/^[a-z0-9-]{1,41}$/);
          expect(typeof decodeLook(value).topic).toBe('string');
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

describe('what monitoring sends', () => {
  const label = fc.oneof(fc.constantFrom('alertname', 'severity', '__proto__', 'constructor'), hostileText);
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    hostileText,
    fc.constantFrom(null, Number.POSITIVE_INFINITY, -0, {}, []),
  );
  /** Mostly what it should be, with something else in one place or another. */
  const field = <Value>(right: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: anything });
  const alert = fc.record(
    {
      status: field(fc.constantFrom('firing', 'resolved')),
      name: field(hostileText),
      labels: field(fc.dictionary(label, field(hostileText), { maxKeys: 4 })),
      annotations: field(fc.dictionary(label, field(hostileText), { maxKeys: 2 })),
      startsAt: field(
        fc.constantFrom('2026-01-31T12:00:00Z', '0001-01-01T00:00:00Z', '2026-13-99T99:99:99Z'),
      ),
      endsAt: field(fc.constantFrom('2026-01-31T12:00:00Z', '9999-12-31T23:59:59+14:00')),
      fingerprint: field(hostileText),
      generatorURL: field(fc.constantFrom('https://x.example/', 'javascript:alert(1)', 'https://a|b>c')),
    },
    { requiredKeys: [] },
  );
  const body = field(
    fc.record(
      { version: field(fc.constant('4')), alerts: field(fc.array(alert, { maxLength: 3 })), state: anything },
      { requiredKeys: ['alerts'] },
    ),
  );

  test.each(ALERT_SOURCES)('%s: alerts with every field in its place, or what is wrong', LONG, (source) => {
    fc.assert(
      fc.property(body, (sent) => {
        const { data, error } = PAYLOADS[source].safeParse(sent);
        if (error) expect(error.issues.length).toBeGreaterThan(0);
        for (const each of data?.alerts ?? []) {
          expect(['firing', 'resolved']).toContain(each.status);
          for (const text of [...Object.values(each.labels), each.name, each.fingerprint])
            expect(typeof text).toBe('string');
          expect(each.fingerprint.length).toBeLessThanOrEqual(500);
          if (each.link !== undefined) expect(each.link).toMatch(/^https?:\/\//);
          for (const at of [each.startsAt, each.endsAt])
            expect(at === undefined || Number.isFinite(at)).toBe(true);
        }
      }),
      { numRuns: 4_000 },
    );
  });
});

const printed = made(
  ...[
    'Rev: ',
    'abc123 (head)',
    'Parent: ',
    '<base>',
    '\n',
    '\r\n',
    "Can't locate revision identified by '",
    "'",
  ],
  ...[
    'Generating /srv/x.py ... done',
    'upstream "',
    'server 10.0.0.1:80',
    ' max_fails=3',
    ';',
    '{',
    '}',
    '#',
    '"',
  ],
  ...[
    '\\',
    '# configuration file /etc/nginx/nginx.conf:',
    '2026/01/31 12:00:00 [error] 7#7: ',
    'connect() failed',
  ],
  ...['upstream: "http://10.0.0.1:8000/x?token=abc"', 'HTTP/1.1" 401', 'signature', 'expired', 'Traceback'],
  ...[
    'http_requests_total{code="',
    '200',
    '"} ',
    '1e309',
    'NaN',
    '+Inf',
    'OCI runtime exec failed',
    '0x1f',
    '…',
  ],
);

describe('what programs and services print', () => {
  test('logs, outputs and dumps are read as far as they are what they should be', LONG, () => {
    fc.assert(
      fc.property(printed, (text) => {
        const lines = text.split('\n').map((each) => ({ at: new Date(0), text: each, replica: 'r' }));
        const { total, byMinute } = refusalsOf(lines);
        expect(byMinute.reduce((sum, { times }) => sum + times, 0)).toBe(total);
        expect(upstreamErrors(lines).total).toBeLessThanOrEqual(lines.length);
        expect(grouped(lines, (each) => each).length).toBeLessThanOrEqual(lines.length);
        for (const { text: line } of lines) {
          expect(presentable(line).length).toBeLessThanOrEqual(line.length + 1);
          const at = isErrorLine(line) ? writtenAt(line, 0) : undefined;
          expect(at === undefined || at instanceof Date).toBe(true);
        }
        readRevisions(text);
        unknownRevision(text);
        generatedFile(text);
        startFailure(text);
        expect(typeof reasonOf(text, 1)).toBe('string');
        for (const { value } of readExposition(text, 'http') ?? []) expect(value).not.toBeNaN();
      }),
      { numRuns: 6_000 },
    );
  });

  test('nginx’s configuration is read, or refused', LONG, () => {
    fc.assert(
      fc.property(printed, (text) => {
        readOrRefused(() => readDirectives(text));
        readOrRefused(() => readUpstreams(text));
      }),
      { numRuns: 8_000 },
    );
  });

  test('quantities of Kubernetes are numbers, or none', LONG, () => {
    fc.assert(
      fc.property(
        made('1', '0', '.', '-', '+', 'e', 'E', '3', 'Ki', 'Mi', 'm', 'n', 'u', 'k', '9'.repeat(400)),
        (text) => {
          for (const value of [parseBytes(text), parseMillicores(text)])
            expect(value === undefined || typeof value === 'number').toBe(true);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  test('a line without an end takes time in proportion', LONG, () => {
    for (const piece of [
      'a',
      '"',
      '\\',
      '{',
      '(',
      '?x=',
      ' ',
      '1',
      '-',
      'upstream: "http://x?',
      'Rev: ',
      "'",
    ]) {
      const text = piece.repeat(Math.ceil(2_000_000 / piece.length));
      const line = [{ at: new Date(0), text, replica: 'r' }];
      refusalsOf(line);
      upstreamErrors(line);
      grouped(line, (each) => each);
      presentable(text);
      readRevisions(text);
      unknownRevision(text);
      generatedFile(text);
      startFailure(text);
      reasonOf(text, 1);
      readExposition(text, 'x');
      readOrRefused(() => readDirectives(text));
      parse(text, topics);
      redact(text);
    }
  });
});

describe('what is configured, and what names are made of it', () => {
  test('an address of a database is read, or refused without its password', LONG, () => {
    const PASSWORD = 'hunter2hunter2';
    fc.assert(
      fc.property(
        made(
          'postgres://',
          'postgresql://',
          'u',
          ':',
          PASSWORD,
          '@',
          'h',
          '/',
          'd',
          '?',
          'sslmode=',
          'prefer',
          '%',
          '[',
          ']',
          '&',
        ),
        (text) => {
          try {
            expect(JSON.stringify(readAddress(text).where)).not.toContain(`:${PASSWORD}@`);
          } catch (error) {
            if (!(error instanceof AdapterError)) throw error;
            expect(error.message).not.toContain(PASSWORD);
          }
        },
      ),
      { numRuns: 6_000 },
    );
  });

  test('the name of an index fits, whatever table and columns are called', LONG, () => {
    fc.assert(
      fc.property(hostileText, fc.array(hostileText, { minLength: 1, maxLength: 3 }), (table, columns) => {
        expect(Buffer.byteLength(indexName(table, columns))).toBeLessThanOrEqual(63);
      }),
      { numRuns: 4_000 },
    );
  });
});

describe('certificates', () => {
  const base64 = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  const block = fc
    .tuple(
      fc.constantFrom(
        'CERTIFICATE',
        'TRUSTED CERTIFICATE',
        'PRIVATE KEY',
        'RSA PRIVATE KEY',
        'EC PRIVATE KEY',
      ),
      base64,
    )
    .map(([kind, content]) => `-----BEGIN ${kind}-----\n${content}\n-----END ${kind}-----\n`);
  const file = fc
    .array(
      fc.oneof(
        block,
        hostileText,
        fc.constantFrom('-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'),
      ),
      {
        maxLength: 5,
      },
    )
    .map((parts) => Buffer.from(parts.join('\n')));

  test('malformed ones are refused, with the file’s name and never its content', LONG, () => {
    fc.assert(
      fc.property(
        fc.oneof(
          file,
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        ),
        (content) => {
          for (const read of [parseCertificates, parsePrivateKey])
            try {
              read('/etc/ssl/x.pem', content);
            } catch (error) {
              if (!(error instanceof AdapterError)) throw error;
              expect(error.message).toContain('/etc/ssl/x.pem');
              expect(error.message.length).toBeLessThan(300);
            }
        },
      ),
      { numRuns: 8_000 },
    );
  });
});

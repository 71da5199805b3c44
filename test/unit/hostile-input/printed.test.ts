/** Whatever programs and services print, it is read as far as it is what it should be, and in time in proportion. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalsOf } from '../../../commands/auth-failures/refusals.ts';
import { topics } from '../../../commands/index.ts';
import { upstreamErrors } from '../../../commands/load-balancer/upstream-errors.ts';
import { grouped } from '../../../commands/parts/logs.ts';
import { generatedFile, readRevisions, unknownRevision } from '../../../src/adapters/alembic/output.ts';
import { reasonOf } from '../../../src/adapters/certificate/certbot-output.ts';
import { startFailure } from '../../../src/adapters/exec/missing-program.ts';
import { readExposition } from '../../../src/adapters/http/exposition.ts';
import { parseBytes, parseMillicores } from '../../../src/adapters/kubernetes/quantity.ts';
import { readDirectives } from '../../../src/adapters/nginx/directives.ts';
import { isErrorLine, presentable, writtenAt } from '../../../src/adapters/nginx/error-log.ts';
import { readUpstreams } from '../../../src/adapters/nginx/upstreams.ts';
import { redact } from '../../../src/redact.ts';
import { parse } from '../../../src/slack/parse.ts';
import { LONG, made, readOrRefused } from './pieces.ts';

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

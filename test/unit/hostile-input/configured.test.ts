/** Addresses, names made of names, and certificates: read or refused, and nothing secret in the refusal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCertificates, parsePrivateKey } from '../../../src/adapters/certificate/pem.ts';
import { readAddress } from '../../../src/adapters/postgres/address.ts';
import { indexName } from '../../../src/adapters/postgres/index-name.ts';
import { AdapterError } from '../../../src/errors.ts';
import { hostileText } from '../views/hostile.ts';
import { LONG, made } from './pieces.ts';

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

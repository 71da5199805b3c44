/** A stapled OCSP response, made and served by openssl. */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorityFiles } from '../../../sandbox/stack/authority.ts';
import { createTlsProbe } from '../../../src/adapters/tls/probe.ts';
import { stapledStatus } from '../../../src/adapters/tls/stapled-status.ts';
import { writePem } from '../../harness/certificates.ts';
import { openssl, startOpensslServer } from '../../harness/openssl.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { requirePrograms } from '../../harness/programs.ts';

const probe = createTlsProbe();

describe.runIf(requirePrograms('openssl'))('stapling', () => {
  const authority = ownAuthority();
  let cert: string;
  let key: string;

  beforeAll(async () => {
    const issued = await authority().issue();
    cert = await writePem(authority().folder, 'leaf.pem', issued.leaf);
    key = await writePem(authority().folder, 'leaf.key', issued.key);
  });

  /** The authority's answer about a certificate, its index holding this one line. @returns the response's path */
  async function answerAbout(subject: string, index: string): Promise<string> {
    const { intermediate, intermediateKey } = authorityFiles(authority().folder);
    const path = (name: string) => join(authority().folder, name);
    await writeFile(path('index.txt'), index);
    await openssl('ocsp', '-issuer', intermediate, '-cert', subject, '-reqout', path('request.der'));
    await openssl(
      ...[
        'ocsp',
        '-index',
        path('index.txt'),
        '-reqin',
        path('request.der'),
        '-respout',
        path('response.der'),
      ],
      ...['-CA', intermediate, '-rsigner', intermediate, '-rkey', intermediateKey, '-ndays', '1'],
    );
    return path('response.der');
  }

  async function stapled(response: string): Promise<string | undefined> {
    await using server = await startOpensslServer('-cert', cert, '-key', key, '-status_file', response);
    const endpoint = { host: '127.0.0.1', port: server.port };
    return (await probe.peerCertificate(endpoint, AbortSignal.timeout(5_000))).stapled;
  }

  const serialOf = async (path: string) => new X509Certificate(await readFile(path)).serialNumber;

  test('good', async () => {
    const index = `V\t351231000000Z\t\t${await serialOf(cert)}\tunknown\t/CN=localhost\n`;
    expect(await stapled(await answerAbout(cert, index))).toBe('good');
  });

  test('revoked', async () => {
    const index = `R\t351231000000Z\t260101000000Z\t${await serialOf(cert)}\tunknown\t/CN=localhost\n`;
    expect(await stapled(await answerAbout(cert, index))).toBe('revoked');
  });

  test('unknown', async () => {
    expect(await stapled(await answerAbout(cert, ''))).toBe('unknown');
  });

  test('of another certificate', async () => {
    const other = await writePem(authority().folder, 'other.pem', (await authority().issue()).leaf);
    const index = `V\t351231000000Z\t\t${await serialOf(other)}\tunknown\t/CN=localhost\n`;
    expect(await stapled(await answerAbout(other, index))).toBe('unreadable');
  });

  test('a refusal of the responder', async () => {
    const tryLater = join(authority().folder, 'try-later.der');
    await writeFile(tryLater, Buffer.from([0x30, 3, 0x0a, 1, 3]));
    expect(await stapled(tryLater)).toBe('unreadable');
  });

  test('garbage', async () => {
    const leaf = new X509Certificate(await readFile(cert));
    for (const garbage of ['', 'no response at all', '\x30\x80']) {
      expect(stapledStatus(Buffer.from(garbage, 'latin1'), leaf)).toBe('unreadable');
    }
  });
});

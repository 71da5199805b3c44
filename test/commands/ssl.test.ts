/** The checks of the topic `ssl`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { ssl } from '../../commands/ssl.ts';
import type { Certificate } from '../../src/adapters/tls/port.ts';
import { redactDeep } from '../../src/redact.ts';
import type { Verdict } from '../../src/runbook/finding.ts';
import type { Given } from './context.ts';
import { certificate, clockOff, inDays, intermediate, look, NOW, onDisk, serving } from './sample-server.ts';
import { faulty, inconclusive } from './topic.ts';

const inSecret = (of: Partial<Certificate> = {}): Given => ({
  kubernetes: {
    tlsSecret: async () => ({
      name: 'paksa-tls-secret',
      namespace: 'paksa-financial',
      resourceVersion: '1',
      leaf: certificate(of),
    }),
  },
});

type Case = readonly [what: string, changed: Given, verdict: Partial<Verdict>];

const healthy = (summary: string): Partial<Verdict> => ({ status: 'healthy', summary, suggests: [] });
const problem = (summary: string, suggests: readonly string[] = ['renew']): Partial<Verdict> => ({
  status: 'problem',
  severity: 'critical',
  summary,
  suggests,
});
const warning = (summary: string, suggests: readonly string[] = []): Partial<Verdict> => ({
  ...problem(summary, suggests),
  severity: 'warning',
});

const FINDINGS: Record<string, readonly Case[]> = {
  expiry: [
    ['far from its end', {}, healthy('valid for 60 days more, until 2026-05-09')],
    [
      'just outside the time to renew',
      serving({ notAfter: inDays(22) }),
      healthy('valid for 22 days more, until 2026-04-01'),
    ],
    [
      'due for renewal',
      serving({ notAfter: inDays(21) }),
      warning('expires in 21 days, on 2026-03-31', ['renew']),
    ],
    [
      'with eight days left',
      serving({ notAfter: inDays(8) }),
      warning('expires in 8 days, on 2026-03-18', ['renew']),
    ],
    ['with a week left', serving({ notAfter: inDays(7) }), problem('expires in 7 days, on 2026-03-17')],
    ['with one day left', serving({ notAfter: inDays(1) }), problem('expires in 1 day, on 2026-03-11')],
    ['with hours left', serving({ notAfter: inDays(0.5) }), problem('expires in 0 days, on 2026-03-11')],
    ['ending at this moment', serving({ notAfter: NOW }), problem('expired on 2026-03-10')],
    ['expired', serving({ notAfter: inDays(-2) }), problem('expired on 2026-03-08')],
    ['not yet valid', serving({ notBefore: inDays(1) }), problem('not valid before 2026-03-11')],
  ],
  name: [
    ['that the server was asked for', {}, healthy('valid for paksa.test')],
    [
      'of other servers',
      serving({ matchesName: false, names: ['a.test', 'b.test', 'c.test', 'd.test'] }),
      problem('not valid for paksa.test, only for a.test, b.test, c.test'),
    ],
    [
      'of nobody',
      serving({ matchesName: false, names: [] }),
      problem('not valid for paksa.test, only for no name at all'),
    ],
  ],
  chain: [
    ['complete', {}, healthy('complete, 2 sent by the server')],
    [
      'without its intermediate',
      serving({ distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', chain: [certificate()] }),
      problem('not trusted: an intermediate certificate is missing from what the server sends'),
    ],
    [
      'signed by itself',
      serving({ distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      problem('not trusted: it is signed by itself'),
    ],
    [
      'under a strange root',
      serving({ distrust: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      problem('not trusted: its root is not trusted here'),
    ],
    [
      'distrusted in a way without words',
      serving({ distrust: 'PATH_LENGTH_EXCEEDED' }),
      problem('not trusted: PATH_LENGTH_EXCEEDED'),
    ],
    [
      'in the wrong order',
      serving({ chainInOrder: false }),
      warning('sent in the wrong order: some clients will refuse it'),
    ],
    [
      'of a leaf that has expired, which is the expiry check’s to report',
      serving({ distrust: 'CERT_HAS_EXPIRED', notAfter: inDays(-1) }),
      healthy('complete, 2 sent by the server'),
    ],
    [
      'of a leaf that is not valid yet, likewise',
      serving({ distrust: 'CERT_NOT_YET_VALID', notBefore: inDays(1) }),
      healthy('complete, 2 sent by the server'),
    ],
    [
      'with an intermediate that has expired under a leaf that has not',
      serving({
        distrust: 'CERT_HAS_EXPIRED',
        chain: [certificate(), intermediate({ notAfter: inDays(-1) })],
      }),
      { status: 'problem', suggests: ['renew'] },
    ],
  ],
  strength: [
    ['of a curve', {}, healthy('ec 256, ecdsa-with-SHA256')],
    [
      'of RSA, just long enough',
      serving({ keyType: 'rsa', keyBits: 2048, signature: 'sha256WithRSAEncryption' }),
      healthy('rsa 2048, sha256WithRSAEncryption'),
    ],
    ['of RSA, too short', serving({ keyType: 'rsa', keyBits: 1024 }), problem('weak key: rsa of 1024 bits')],
    [
      'of RSA-PSS, too short',
      serving({ keyType: 'rsa-pss', keyBits: 1024 }),
      problem('weak key: rsa-pss of 1024 bits'),
    ],
    ['of a curve, too short', serving({ keyBits: 192 }), problem('weak key: ec of 192 bits')],
    [
      'signed with MD5',
      serving({ signature: 'md5WithRSAEncryption' }),
      problem('signed with md5WithRSAEncryption, which clients refuse'),
    ],
    [
      'signed with SHA-1',
      serving({ signature: 'ecdsa-with-SHA1' }),
      problem('signed with ecdsa-with-SHA1, which clients refuse'),
    ],
    [
      'of a kind that could not be read',
      serving({ keyType: 'unknown', keyBits: 0 }),
      { status: 'inconclusive' },
    ],
  ],
  stapling: [
    ['nothing', {}, healthy('no response stapled; none is required')],
    ['good', serving({ stapled: 'good' }), healthy('stapled response says good')],
    ['revoked', serving({ stapled: 'revoked' }), problem('revoked, says the stapled response')],
    [
      'unknown',
      serving({ stapled: 'unknown' }),
      warning('stapled response is unknown: strict clients will refuse it'),
    ],
    [
      'unreadable',
      serving({ stapled: 'unreadable' }),
      warning('stapled response is unreadable: strict clients will refuse it'),
    ],
  ],
  file: [
    ['as it ought to be', {}, healthy('valid until 2026-05-09, key belongs')],
    ['whose key is read-only', onDisk({ keyMode: '400' }), healthy('valid until 2026-05-09, key belongs')],
    [
      'with another’s key',
      onDisk({ keyMatches: false }),
      problem('the private key on disk does not belong to it'),
    ],
    ['that has expired', onDisk({ leaf: certificate({ notAfter: NOW }) }), problem('expired on 2026-03-10')],
    ['that is not valid yet', onDisk({ leaf: certificate({ notBefore: inDays(1) }) }), { status: 'problem' }],
    [
      'in the wrong order',
      onDisk({ chainInOrder: false }),
      problem('its certificates are in the wrong order'),
    ],
    [
      'whose key everybody can read',
      onDisk({ keyMode: '644' }),
      warning('others can read the private key (mode 644)'),
    ],
    [
      'whose key a group can read',
      onDisk({ keyMode: '640' }),
      warning('others can read the private key (mode 640)'),
    ],
  ],
  secret: [
    ['with the one on disk', inSecret(), healthy('holds the certificate on disk')],
    [
      'with another one',
      inSecret({ fingerprint: 'EE:FF' }),
      problem('paksa-tls-secret holds another certificate than the one on disk', ['update-secret']),
    ],
    [
      'with another one, and one on disk that has ended too',
      { ...inSecret({ fingerprint: 'EE:FF' }), ...onDisk({ leaf: certificate({ notAfter: inDays(-1) }) }) },
      problem('paksa-tls-secret holds another certificate than the one on disk', ['renew', 'update-secret']),
    ],
    [
      'that is not there',
      { kubernetes: { tlsSecret: faulty('not-found', 'secrets/paksa-tls-secret is not there') } },
      problem('it is not there: secrets/paksa-tls-secret is not there', ['create-secret']),
    ],
    [
      'that Paksa may not read',
      { kubernetes: { tlsSecret: faulty('forbidden', 'Allow it.') } },
      inconclusive('could not look: Allow it.'),
    ],
  ],
  'served-is-installed': [
    ['the same', {}, healthy('the same certificate')],
    [
      'another one',
      onDisk({ leaf: certificate({ serial: '0C', fingerprint: 'CC:DD' }) }),
      problem('the server presents another one: it has not been reloaded, or reads another file', []),
    ],
    [
      'an older one on disk',
      onDisk({ leaf: certificate({ serial: '0C', fingerprint: 'CC:DD', notBefore: inDays(-90) }) }),
      problem(expect.stringMatching(/^the server presents a newer one, of 2026-02-08/), []),
    ],
  ],
  protocols: [
    ['current ones', {}, healthy('TLSv1.2, TLSv1.3')],
    [
      'an old one',
      { tls: { protocols: async () => ['TLSv1.1', 'TLSv1.2'] } },
      warning('TLSv1.1 still answer (deprecated by RFC 8996)'),
    ],
    [
      'two old ones',
      { tls: { protocols: async () => ['TLSv1', 'TLSv1.1', 'TLSv1.2'] } },
      warning('TLSv1 and TLSv1.1 still answer (deprecated by RFC 8996)'),
    ],
    [
      'none',
      { tls: { protocols: async () => [] } },
      { status: 'inconclusive', summary: 'no version completed a handshake' },
    ],
  ],
  clock: [
    ['the same', {}, healthy('the server’s clock is within 30 s of ours')],
    ['far ahead', clockOff(45_000, 500), problem('the server’s clock is 45 s ahead', [])],
    ['far behind', clockOff(-3_600_000, 500), problem('the server’s clock is 3600 s behind', [])],
    ['as far as is tolerated', clockOff(-30_500, 500), healthy('the server’s clock is within 30 s of ours')],
    [
      'too far, perhaps: not known for sure',
      clockOff(33_000, 4000),
      healthy('the server’s clock is within 30 s of ours'),
    ],
  ],
};

test('every check has its cases', () => {
  expect(Object.keys(FINDINGS)).toEqual(Object.keys(ssl.checks));
});

describe.each(Object.entries(FINDINGS))('%s', (id, cases) => {
  test.each(cases)('%s', async (_, changed, verdict) => {
    expect(await look(id, changed)).toMatchObject(verdict);
  });

  test.each(cases)(
    '%s: suggests fixes that exist, and shows nothing that would be redacted',
    async (_, changed) => {
      const seen = await look(id, changed);
      for (const fix of seen.suggests) expect(ssl.fixes).toHaveProperty([fix]);
      expect(redactDeep(seen)).toEqual(seen);
    },
  );
});

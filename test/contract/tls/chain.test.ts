/** The chain as the server sent it: complete, short, out of order or padded, whatever this machine could add to it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createTlsProbe } from '../../../src/adapters/tls/probe.ts';
import { writePem } from '../../harness/certificates.ts';
import { startNginx } from '../../harness/nginx.ts';
import { startOpensslServer } from '../../harness/openssl.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { serveTls } from '../../harness/tls-server.ts';

const probe = createTlsProbe();
const soon = () => AbortSignal.timeout(5_000);

const authority = ownAuthority();
let leaf: string;
let key: string;
/** Trusts the intermediate as well: what a client knows already must not be taken for sent. */
let knowing: string;

beforeAll(async () => {
  const { folder, root, intermediate, issue } = authority();
  ({ leaf, key } = await issue());
  knowing = await writePem(folder, 'knowing.pem', root, intermediate);
});

const chains = () => {
  const { root, intermediate } = authority();
  return [
    { sent: [leaf], subjects: ['localhost'], inOrder: true, distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    { sent: [leaf, intermediate], subjects: ['localhost', 'Test Intermediate'], inOrder: true },
    {
      sent: [leaf, intermediate, root],
      subjects: ['localhost', 'Test Intermediate', 'Test Root'],
      inOrder: true,
    },
    {
      sent: [leaf, root, intermediate],
      subjects: ['localhost', 'Test Root', 'Test Intermediate'],
      inOrder: false,
    },
    {
      sent: [leaf, leaf, intermediate],
      subjects: ['localhost', 'localhost', 'Test Intermediate'],
      inOrder: false,
    },
  ];
};

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (protocol) => {
  test('from Node', async () => {
    for (const { sent, subjects, inOrder, distrust } of chains()) {
      const { host, port } = await serveTls({ cert: sent.join(''), key, maxVersion: protocol });
      const seen = await probe.peerCertificate({ host, port, trust: authority().trust }, soon());
      expect(seen.chain.map(({ subject }) => subject)).toEqual(subjects);
      expect(seen).toMatchObject({ chainInOrder: inOrder, protocol });
      expect(seen.distrust).toBe(distrust);
    }
  });

  test('what this machine knows already is not taken for sent', async () => {
    const { host, port } = await serveTls({ cert: leaf, key, maxVersion: protocol });
    const seen = await probe.peerCertificate({ host, port, trust: knowing }, soon());
    expect(seen.chain.map(({ subject }) => subject)).toEqual(['localhost']);
    expect(seen.distrust).toBeUndefined();
  });

  test.runIf(requirePrograms('openssl'))('from openssl s_server', async () => {
    const { folder, root, intermediate } = authority();
    const cert = await writePem(folder, 'leaf.pem', leaf);
    const keyFile = await writePem(folder, 'leaf.key', key);
    const others = await writePem(folder, 'others.pem', root, intermediate);
    await using server = await startOpensslServer(
      ...['-cert', cert, '-key', keyFile, '-cert_chain', others],
      protocol === 'TLSv1.2' ? '-tls1_2' : '-tls1_3',
    );
    const seen = await probe.peerCertificate({ host: '127.0.0.1', port: server.port }, soon());
    expect(seen.chain.map(({ subject }) => subject)).toEqual(['localhost', 'Test Root', 'Test Intermediate']);
    expect(seen).toMatchObject({ chainInOrder: false, protocol });
  });

  test.runIf(requirePrograms('nginx'))('from nginx', async () => {
    for (const { sent, subjects, inOrder } of chains()) {
      const certificate = await writePem(authority().folder, 'nginx.pem', ...sent);
      const files = { certificate, key: await writePem(authority().folder, 'nginx.key', key) };
      await using nginx = await startNginx(authority().folder, files, `ssl_protocols ${protocol};`);
      const seen = await probe.peerCertificate({ host: '127.0.0.1', port: nginx.port }, soon());
      expect(seen.chain.map(({ subject }) => subject)).toEqual(subjects);
      expect(seen).toMatchObject({ chainInOrder: inOrder, protocol });
    }
  });
});

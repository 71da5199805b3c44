/** Which protocol versions still answer, old ones among them, from servers that have them switched on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTlsProbe } from '../../../src/adapters/tls/probe.ts';
import { testAuthority, writePem } from '../../harness/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { startNginx } from '../../harness/nginx.ts';
import { startOpensslServer } from '../../harness/openssl.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { serveTcp, serveTls } from '../../harness/tls-server.ts';

const probe = createTlsProbe();
const soon = () => AbortSignal.timeout(5_000);

let folder: TemporaryFolder;
let files: { certificate: string; key: string };
let pem: { cert: string; key: string };

beforeAll(async () => {
  folder = await temporaryFolder();
  const { chain, key } = await (await testAuthority(folder.path)).issue();
  pem = { cert: chain, key };
  files = {
    certificate: await writePem(folder.path, 'chain.pem', chain),
    key: await writePem(folder.path, 'leaf.key', key),
  };
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.runIf(requirePrograms('openssl'))('openssl s_server', () => {
  test.each([
    [['-tls1'], ['TLSv1']],
    [['-tls1_1'], ['TLSv1.1']],
    [['-tls1_2'], ['TLSv1.2']],
    [['-tls1_3'], ['TLSv1.3']],
    [
      ['-no_tls1', '-no_tls1_1'],
      ['TLSv1.2', 'TLSv1.3'],
    ],
    [[], ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
  ])('with %j', async (switches, offered) => {
    await using server = await startOpensslServer(
      ...['-cert', files.certificate, '-key', files.key, '-cipher', 'ALL@SECLEVEL=0'],
      ...switches,
    );
    const endpoint = { host: '127.0.0.1', port: server.port };
    expect(await probe.protocols(endpoint, soon())).toEqual(offered);
    // Whatever it offers, its certificate can be read.
    expect((await probe.peerCertificate(endpoint, soon())).protocol).toBe(offered.at(-1));
  });
});

test.runIf(requirePrograms('nginx'))('nginx as it is configured for old clients', async () => {
  const directives = ['ssl_protocols TLSv1 TLSv1.1 TLSv1.2;', 'ssl_ciphers ALL:@SECLEVEL=0;'];
  await using nginx = await startNginx(folder.path, files, ...directives);
  const offered = await probe.protocols({ host: '127.0.0.1', port: nginx.port }, soon());
  expect(offered).toEqual(['TLSv1', 'TLSv1.1', 'TLSv1.2']);
});

test('Node, and no connection is left open', async () => {
  const server = await serveTls(pem);
  expect(await probe.protocols(server, soon())).toEqual(['TLSv1.2', 'TLSv1.3']);
  await expect.poll(server.openConnections).toBe(0);
});

test('a server that refuses every version is an error, never “none”', async () => {
  const { host, port } = await serveTcp((socket) => socket.end('220 mail.paksa.test ESMTP\r\n'));
  await expect(probe.protocols({ host, port }, soon())).rejects.toMatchObject({
    name: 'AdapterError',
    fault: 'refused',
    message: expect.stringContaining('not with TLS'),
  });
});

test('a server that never answers is an error', async () => {
  const server = await serveTcp(() => {});
  await expect(probe.protocols(server, AbortSignal.timeout(200))).rejects.toMatchObject({
    fault: 'timed-out',
  });
  await expect.poll(server.openConnections).toBe(0);
});

/** Everything that renews on this host: the local CA, and Debian's certbot against a real ACME server. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, vi } from 'vitest';
import { createAuthority } from '../../../sandbox/stack/authority.ts';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { obtainLineage } from '../../harness/certbot.ts';
import { temporaryFolder } from '../../harness/folder.ts';
import { startPebble } from '../../harness/pebble.ts';
import { placeFiles } from '../../harness/place-files.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { type Installed, renewing, soon } from './renewing.case.ts';

const there = placeFiles(createHostExec());

async function installLocalCa(): Promise<Installed> {
  const folder = await temporaryFolder();
  const directory = join(folder.path, 'authority');
  await createAuthority(directory);
  const files = { certificate: join(folder.path, 'server.pem'), key: join(folder.path, 'server.key') };
  const authority = { kind: 'local-ca', directory, days: 30 } as const;
  const first = { ...authority, names: ['api.paksa.test', 'www.paksa.test'] };
  await createCertificateActuator(() => ({ files, authority: first })).renew(soon());
  const key = join(directory, 'intermediate.key');
  return {
    settings: { files, authority },
    there,
    folder: folder.path,
    breakAuthority: () => rm(key),
    reason: /intermediate\.key is not there/,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function installCertbot(): Promise<Installed> {
  const folder = await temporaryFolder();
  const pebble = await startPebble(folder.path);
  vi.stubEnv('REQUESTS_CA_BUNDLE', pebble.trust);
  const { authority, files } = await obtainLineage(folder.path, 'paksa', pebble);
  return {
    settings: { files, authority },
    there,
    folder: folder.path,
    breakAuthority: pebble.stop,
    reason: /Connection refused/,
    async [Symbol.asyncDispose]() {
      await pebble.stop();
      vi.unstubAllEnvs();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('local-ca', () => renewing('local-ca', installLocalCa));
describe.runIf(requirePrograms('certbot', 'pebble'))('certbot', () => renewing('certbot', installCertbot));

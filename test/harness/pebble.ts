/** Debian's pebble, a small ACME server for tests: it takes every challenge as met, and forgets everything when stopped. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testAuthority, writePem } from './certificates.ts';
import { freePort, startProcess } from './process.ts';
import { programPath } from './programs.ts';

export interface Pebble {
  /** Its ACME directory, for `--server`. */
  readonly directoryUrl: string;
  /** Path of the root of its own HTTPS certificate, for `REQUESTS_CA_BUNDLE`. */
  readonly trust: string;
  /** On the same port, without its memory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPebble(folder: string): Promise<Pebble> {
  const own = join(folder, 'pebble');
  await mkdir(own);
  const authority = await testAuthority(own);
  const { chain, key } = await authority.issue();
  const port = await freePort();
  const configuration = join(own, 'pebble.json');
  await writeFile(
    configuration,
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${await freePort()}`,
        certificate: await writePem(own, 'server.pem', chain),
        privateKey: await writePem(own, 'server.key', key),
        httpPort: await freePort(),
        tlsPort: await freePort(),
        ocspResponderURL: '',
        externalAccountBindingRequired: false,
      },
    }),
  );
  const start = () =>
    startProcess(programPath('pebble'), ['-config', configuration], {
      env: { PEBBLE_VA_ALWAYS_VALID: '1', PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' },
      ready: /ACME directory available at/,
    });
  let running = await start();
  return {
    directoryUrl: `https://127.0.0.1:${port}/dir`,
    trust: authority.trust,
    async restart() {
      await running.stop();
      running = await start();
    },
    stop: () => running.stop(),
  };
}

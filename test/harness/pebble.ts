/** Debian's pebble, a small ACME server for tests: it takes every challenge as met, and forgets everything when stopped. */
import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { testAuthority, writePem } from './certificates.ts';
import { freePort } from './free-port.ts';
import { startProcess } from './process.ts';
import { programPath } from './programs.ts';

export interface Pebble {
  /** Its ACME directory, for `--server`. */
  readonly directoryUrl: string;
  /** Path of the root of its own HTTPS certificate, for `REQUESTS_CA_BUNDLE`. */
  readonly trust: string;
  /** PEM of the root that it issues from until it is restarted. */
  root(): Promise<string>;
  /** On the same port, without its memory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PebbleOptions {
  /** That of its folder; `pebble` when unset. */
  readonly name?: string;
  /** How long its certificates are valid, in days; five years when unset. */
  readonly days?: number;
}

const DAY_SECONDS = 86_400;

export async function startPebble(
  folder: string,
  { name = 'pebble', days }: PebbleOptions = {},
): Promise<Pebble> {
  const own = join(folder, name);
  await mkdir(own);
  const authority = await testAuthority(own);
  const { chain, key } = await authority.issue();
  const [port, management] = [await freePort(), await freePort()];
  const configuration = join(own, 'pebble.json');
  await writeFile(
    configuration,
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${management}`,
        certificate: await writePem(own, 'server.pem', chain),
        privateKey: await writePem(own, 'server.key', key),
        httpPort: await freePort(),
        tlsPort: await freePort(),
        ocspResponderURL: '',
        externalAccountBindingRequired: false,
        ...(days === undefined ? {} : { certificateValidityPeriod: days * DAY_SECONDS }),
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
    root: async () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      get(`https://127.0.0.1:${management}/roots/0`, { ca: authority.root }, (answer) =>
        text(answer).then(resolve, reject),
      ).on('error', reject);
      return promise;
    },
    async restart() {
      await running.stop();
      running = await start();
    },
    stop: () => running.stop(),
  };
}

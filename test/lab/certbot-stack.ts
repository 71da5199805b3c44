/** A site under docker-compose whose certificate comes from certbot and an ACME server: what the guide’s `certbot renew` is for. */
import { X509Certificate } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { CertificateSettings } from '../../src/adapters/certificate/port.ts';
import { createTlsProbe } from '../../src/adapters/tls/probe.ts';
import { closers } from '../../src/signals.ts';
import { type Lineage, obtainLineage } from '../harness/certbot.ts';
import { freePort } from '../harness/free-port.ts';
import { type Pebble, startPebble } from '../harness/pebble.ts';
import { composeProject } from './compose/project.ts';
import type { Lab } from './lab.ts';
import { until } from './until.ts';

export interface CertbotStack {
  readonly lab: Lab;
  readonly project: string;
  readonly tls: {
    readonly host: string;
    readonly port: number;
    readonly servername: string;
    readonly trust: string;
  };
  readonly certificate: CertificateSettings;
  readonly lineage: Lineage;
  /** Whose certificates are valid for three months, and for five days. */
  readonly authorities: { readonly usual: Pebble; readonly hasty: Pebble };
  /** Runs docker-compose on the stack. @returns what it printed */
  compose(...args: readonly string[]): Promise<string>;
  /** Has nginx read its files without a pause; resolves once it presents the certificate on disk. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const SOURCES = fileURLToPath(new URL('certbot/', import.meta.url));
const LINEAGE = 'paksa';
const NAME = 'www.paksa.test';
const USUAL_DAYS = 90;
const HASTY_DAYS = 5;
const READY_MS = 60_000;

/** Resolves when nginx presents the certificate. `name`: letters, digits, hyphens. */
export async function startCertbotStack(lab: Lab, name: string): Promise<CertbotStack> {
  const project = `paksa-${name}`;
  const folder = join(lab.stacks, project);
  const { closeAll, opened } = closers();
  const { compose, exec, overrideFile, remove } = composeProject(project, folder, lab.docker.socketPath);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  opened(() => rm(folder, { recursive: true, force: true }));
  try {
    await cp(SOURCES, folder, { recursive: true });
    await writeFile(overrideFile, stringify({ version: '2.4' }));
    const start = async (which: string, days: number) => {
      const pebble = await startPebble(folder, { name: which, days });
      opened(pebble.stop);
      return pebble;
    };
    const authorities = { usual: await start('usual', USUAL_DAYS), hasty: await start('hasty', HASTY_DAYS) };
    const both = [authorities.usual, authorities.hasty];
    // certbot, whoever starts it, trusts them.
    const https = await Promise.all(both.map(({ trust }) => readFile(trust, 'utf8')));
    process.env.REQUESTS_CA_BUNDLE = join(folder, 'https.pem');
    await writeFile(process.env.REQUESTS_CA_BUNDLE, https.join(''));
    const trust = join(folder, 'roots.pem');
    await writeFile(trust, (await Promise.all(both.map((pebble) => pebble.root()))).join(''));
    const lineage = await obtainLineage(folder, LINEAGE, authorities.usual, [NAME]);

    const port = await freePort();
    await writeFile(join(folder, '.env'), `LAB_NGINX_IMAGE=${lab.images.nginx}\nLAB_TLS_PORT=${port}\n`);
    await remove(); // what a test that was killed left of one of that name
    opened(remove);
    await compose(['up', '--detach']);
    const tls = { host: '127.0.0.1', port, servername: NAME, trust };
    const certificate = { files: lineage.files, authority: lineage.authority };
    const stack: CertbotStack = {
      lab,
      project,
      tls,
      certificate,
      lineage,
      authorities,
      compose: (...args) => compose(args),
      async reload() {
        const { exitCode, stderr } = await exec('nginx', ['nginx', '-s', 'reload']);
        if (exitCode !== 0) throw new Error(stderr);
        await untilPresented(stack);
      },
      stop: closeAll,
    };
    await untilPresented(stack);
    return stack;
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const untilPresented = ({ project, tls, certificate: { files } }: CertbotStack) =>
  until(
    async () => {
      const served = await createTlsProbe().peerCertificate(tls, AbortSignal.timeout(5000));
      return (await fingerprintOf(files.certificate)) === served.fingerprint;
    },
    { what: `nginx of ${project} to present the certificate on disk`, within: READY_MS },
  );

async function fingerprintOf(file: string): Promise<string> {
  return new X509Certificate(await readFile(file, 'utf8')).fingerprint256;
}

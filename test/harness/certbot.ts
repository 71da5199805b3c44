/** Debian's certbot with folders of its own, on this host or in a container, and a first certificate from a pebble. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CertificateAuthority, CertificateFiles } from '../../src/adapters/certificate/port.ts';
import { freePort } from './free-port.ts';
import type { Pebble } from './pebble.ts';
import { programPath } from './programs.ts';

export interface Lineage {
  readonly authority: Extract<CertificateAuthority, { kind: 'certbot' }>;
  readonly files: CertificateFiles;
  /** Runs certbot with the lineage's folders. @returns what it printed */
  certbot(...args: readonly string[]): Promise<string>;
  /** A new certificate for the same names, from this server. */
  obtain(pebble: Pebble): Promise<void>;
  /** From now on it is renewed there, where certbot has an account already. */
  renewFrom(pebble: Pebble): Promise<void>;
}

/** Runs certbot, wherever it is. @returns what it printed @throws Error when it fails */
export type RunCertbot = (args: readonly string[]) => Promise<string>;

const onThisHost: RunCertbot = async (args) => {
  const { stdout, stderr } = await promisify(execFile)(programPath('certbot'), args);
  return stdout + stderr;
};

/**
 * certbot trusts pebble through `REQUESTS_CA_BUNDLE`: set it for the whole test, so that renewals find it too. With a `run` of
 * its own, `folder` is as its place sees it.
 */
export async function obtainLineage(
  folder: string,
  name: string,
  pebble: Pebble,
  names: readonly string[] = ['api.paksa.test', 'www.paksa.test'],
  run: RunCertbot = onThisHost,
): Promise<Lineage> {
  const authority = {
    kind: 'certbot',
    name,
    program: 'certbot',
    configDir: join(folder, 'config'),
    workDir: join(folder, 'work'),
    logsDir: join(folder, 'logs'),
  } as const;
  const { configDir, workDir, logsDir } = authority;
  const folders = ['--config-dir', configDir, '--work-dir', workDir, '--logs-dir', logsDir];
  const certbot = (...args: readonly string[]) => run([...args, ...folders]);
  const port = await freePort();
  const obtain = async ({ directoryUrl }: Pebble) => {
    await certbot(
      ...['certonly', '--standalone', '--non-interactive', '--agree-tos', '--force-renewal'],
      ...['--register-unsafely-without-email', '--server', directoryUrl],
      ...['--http-01-port', String(port), '--http-01-address', '127.0.0.1'],
      ...['--cert-name', name, '-d', names.join(',')],
    );
  };
  await obtain(pebble);
  const live = join(authority.configDir, 'live', name);
  return {
    authority,
    files: { certificate: join(live, 'fullchain.pem'), key: join(live, 'privkey.pem') },
    certbot,
    obtain,
    renewFrom: async ({ directoryUrl }) => {
      const { host } = new URL(directoryUrl);
      const [account = ''] = await readdir(join(authority.configDir, 'accounts', host, 'dir'));
      const conf = join(authority.configDir, 'renewal', `${name}.conf`);
      const written = await readFile(conf, 'utf8');
      await writeFile(
        conf,
        written
          .replace(/^server = .*$/m, `server = ${directoryUrl}`)
          .replace(/^account = .*$/m, `account = ${account}`),
      );
    },
  };
}

/** Debian's certbot with folders of its own, and a first certificate from a pebble. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CertificateAuthority, CertificateFiles } from '../../src/adapters/certificate/port.ts';
import type { Pebble } from './pebble.ts';
import { freePort } from './process.ts';
import { programPath } from './programs.ts';

export interface Lineage {
  readonly authority: Extract<CertificateAuthority, { kind: 'certbot' }>;
  readonly files: CertificateFiles;
  /** Runs certbot with the lineage's folders. @returns what it printed */
  certbot(...args: readonly string[]): Promise<string>;
}

/** certbot trusts pebble through `REQUESTS_CA_BUNDLE`: set it for the whole test, so that renewals find it too. */
export async function obtainLineage(folder: string, name: string, pebble: Pebble): Promise<Lineage> {
  const authority = {
    kind: 'certbot',
    name,
    program: programPath('certbot'),
    configDir: join(folder, 'config'),
    workDir: join(folder, 'work'),
    logsDir: join(folder, 'logs'),
  } as const;
  const certbot = async (...args: readonly string[]) => {
    const { stdout, stderr } = await promisify(execFile)(authority.program, [
      ...args,
      ...[
        '--config-dir',
        authority.configDir,
        '--work-dir',
        authority.workDir,
        '--logs-dir',
        authority.logsDir,
      ],
    ]);
    return stdout + stderr;
  };
  await certbot(
    ...['certonly', '--standalone', '--non-interactive', '--agree-tos', '--register-unsafely-without-email'],
    ...['--http-01-port', String(await freePort()), '--http-01-address', '127.0.0.1'],
    ...['--server', pebble.directoryUrl, '--cert-name', name, '-d', 'api.paksa.test,www.paksa.test'],
  );
  const live = join(authority.configDir, 'live', name);
  return {
    authority,
    files: { certificate: join(live, 'fullchain.pem'), key: join(live, 'privkey.pem') },
    certbot,
  };
}

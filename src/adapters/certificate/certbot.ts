/** Debian's certbot. It owns its files: Paksa starts it, reads its archive, and puts back what it had before. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdapterError } from '../../errors.ts';
import { createHostExec } from '../exec/host.ts';
import { readCertificate } from '../tls/read-certificate.ts';
import { keepLineage, requireOwnFiles, restoreLineage } from './certbot-lineage.ts';
import { reasonOf } from './certbot-output.ts';
import { failed, fileError, refuseIfAborted } from './errors.ts';
import { readCertificates } from './files.ts';
import type { CertificateActuator, CertificateAuthority, CertificateFiles, RenewalPlan } from './port.ts';

export type Certbot = Extract<CertificateAuthority, { kind: 'certbot' }>;

/** A lineage's name becomes an argument and part of paths: no leading dash, no slash. */
const LINEAGE = /^[A-Za-z0-9*][A-Za-z0-9._*-]{0,252}$/;

const DEFAULT_CONFIG_DIR = '/etc/letsencrypt';

export async function planWithCertbot(files: CertificateFiles, authority: Certbot): Promise<RenewalPlan> {
  const path = join(configDir(authority), 'renewal', `${lineage(authority)}.conf`);
  const conf = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  const server = /^server\s*=\s*(\S+)/m.exec(conf)?.[1] ?? "certbot's default server";
  const [leaf] = await readCertificates(files.certificate);
  await requireOwnFiles(files, liveDir(authority));
  return {
    authority: `certbot, lineage ${authority.name} (${server})`,
    names: readCertificate(leaf).names,
  };
}

export function createCertbotActuator(files: CertificateFiles, authority: Certbot): CertificateActuator {
  return {
    async backup(_label, signal) {
      refuseIfAborted('backup', signal);
      const [leaf] = await readCertificates(files.certificate);
      await requireOwnFiles(files, liveDir(authority));
      return keepLineage(liveDir(authority), leaf.serialNumber);
    },

    async renew(signal) {
      refuseIfAborted('renewal', signal);
      const { exitCode, stdout, stderr } = await run(authority, signal);
      if (exitCode === 0) return;
      const output = `${stdout}\n${stderr}`;
      throw new AdapterError(`certbot could not renew ${authority.name}: ${reasonOf(output, exitCode)}`, {
        system: 'certbot',
        operation: 'renew',
        fault: 'failed',
        // Of all its failures, only another certbot at work passes by itself.
        retryable: output.includes('Another instance of Certbot is already running'),
      });
    },

    async restore(backup, signal) {
      refuseIfAborted('undo', signal);
      await restoreLineage(liveDir(authority), backup);
    },
  };
}

const exec = createHostExec();

async function run(authority: Certbot, signal: AbortSignal) {
  return exec([authority.program, ...renewalArguments(authority)], { signal }).catch((error: unknown) => {
    if (!(error instanceof AdapterError)) throw error;
    if (error.fault === 'timed-out') throw stopped(authority, signal);
    throw failed(
      'renew',
      `${authority.program} cannot be started: install certbot, or correct certificate.authority.program.`,
      error,
      error.fault,
    );
  });
}

/** `--force-renewal`, because `renew` alone skips what is not due yet, and whoever approved this has seen the dates. */
function renewalArguments(authority: Certbot): string[] {
  return [
    'renew',
    '--cert-name',
    lineage(authority),
    '--force-renewal',
    '--non-interactive',
    // Without a terminal certbot waits up to eight minutes first, to spread the load of all the world's cron jobs.
    '--no-random-sleep-on-renew',
    ...directory('--config-dir', authority.configDir),
    ...directory('--work-dir', authority.workDir),
    ...directory('--logs-dir', authority.logsDir),
  ];
}

const directory = (option: string, path: string | undefined): string[] =>
  path === undefined ? [] : [option, path];

const configDir = (authority: Certbot): string => authority.configDir ?? DEFAULT_CONFIG_DIR;

const liveDir = (authority: Certbot): string => join(configDir(authority), 'live', lineage(authority));

function lineage({ name }: Certbot): string {
  if (LINEAGE.test(name)) return name;
  throw failed(
    'read',
    `“${name}” is no certbot lineage: take the name that “certbot certificates” shows.`,
    undefined,
    'not-configured',
  );
}

/** certbot cleans up on SIGTERM, but it may have installed the new certificate just before: only a look tells. */
const stopped = ({ name }: Certbot, signal: AbortSignal): AdapterError =>
  new AdapterError(`certbot took too long to renew ${name} and was stopped: look at what is installed now.`, {
    system: 'certbot',
    operation: 'renew',
    fault: 'timed-out',
    retryable: false,
    cause: signal.reason,
  });

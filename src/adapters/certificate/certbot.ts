/** certbot, in its place. It owns its files: Paksa starts it, reads its archive, and puts back what it had before. */
import { join } from 'node:path';
import { AdapterError } from '../../errors.ts';
import { isMissingProgram } from '../exec/missing-program.ts';
import { readCertificate } from '../tls/read-certificate.ts';
import { keepLineage, requireOwnFiles, restoreLineage } from './certbot-lineage.ts';
import { reasonOf } from './certbot-output.ts';
import { failed, refuseIfAborted } from './errors.ts';
import { readChain } from './installed.ts';
import type { CertificatePlace, OpenPlace } from './place.ts';
import type { CertificateActuator, CertificateAuthority, CertificateFiles, RenewalPlan } from './port.ts';

export type Certbot = Extract<CertificateAuthority, { kind: 'certbot' }>;

/** A lineage's name becomes an argument and part of paths: no leading dash, no slash. */
const LINEAGE = /^[A-Za-z0-9*][A-Za-z0-9._*-]{0,252}$/;

const DEFAULT_CONFIG_DIR = '/etc/letsencrypt';

export async function planWithCertbot(
  { files, replica }: CertificatePlace,
  installed: CertificateFiles,
  authority: Certbot,
): Promise<RenewalPlan> {
  const path = join(configDir(authority), 'renewal', `${lineage(authority)}.conf`);
  const conf = (await files.read(path)).toString();
  const server = /^server\s*=\s*(\S+)/m.exec(conf)?.[1] ?? "certbot's default server";
  const [leaf] = await readChain(files, installed.certificate);
  await requireOwnFiles(files, installed, liveDir(authority));
  return {
    authority: `certbot${where(replica)}, lineage ${authority.name} (${server})`,
    names: readCertificate(leaf).names,
  };
}

export function createCertbotActuator(
  installed: CertificateFiles,
  authority: Certbot,
  open: OpenPlace,
): CertificateActuator {
  return {
    async backup(_label, signal) {
      refuseIfAborted('backup', signal);
      const live = liveDir(authority);
      const { files } = await open(signal);
      const [leaf] = await readChain(files, installed.certificate);
      await requireOwnFiles(files, installed, live);
      return keepLineage(files, live, leaf.serialNumber);
    },

    async renew(signal) {
      refuseIfAborted('renewal', signal);
      const { exitCode, stdout, stderr } = await run(authority, await open(signal), signal);
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
      const live = liveDir(authority);
      await restoreLineage((await open(signal)).files, live, backup);
    },
  };
}

async function run(authority: Certbot, { exec, replica }: CertificatePlace, signal: AbortSignal) {
  return exec([authority.program, ...renewalArguments(authority)], { signal }).catch((error: unknown) => {
    if (!(error instanceof AdapterError)) throw error;
    if (error.fault === 'timed-out') throw stopped(authority, error, replica);
    // What else a container or a pod refuses it says itself.
    if (replica !== undefined && !isMissingProgram(error)) throw error;
    throw failed(
      'renew',
      replica === undefined
        ? `${authority.program} cannot be started: install certbot, or correct certificate.authority.program.`
        : `There is no ${authority.program} in ${replica}: let certificate.place be where certbot is, or correct certificate.authority.program.`,
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

const where = (replica: string | undefined): string => (replica === undefined ? '' : ` in ${replica}`);

/**
 * certbot cleans up on SIGTERM, but it may have installed the new certificate just before: only a look tells. In a container or
 * a pod it may not even have been stopped, and what ran it there says so.
 */
const stopped = ({ name }: Certbot, cause: AdapterError, replica: string | undefined): AdapterError =>
  new AdapterError(
    replica === undefined
      ? `certbot took too long to renew ${name} and was stopped: look at what is installed now.`
      : `certbot took too long to renew ${name}: ${cause.message}`,
    { system: 'certbot', operation: 'renew', fault: 'timed-out', retryable: false, cause },
  );

/** An in-house authority whose intermediate lies in a folder on this machine: Paksa issues and installs by itself. */
import type { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readCertificate } from '../tls/read-certificate.ts';
import { failed, refuseIfAborted } from './errors.ts';
import { readBounded, readCertificates, replaceFiles } from './files.ts';
import { type Intermediate, issueCertificate } from './issue.ts';
import { keepCopies, restoreCopies } from './local-backup.ts';
import { parsePrivateKey } from './pem.ts';
import type { CertificateActuator, CertificateAuthority, CertificateFiles, RenewalPlan } from './port.ts';

export type LocalCa = Extract<CertificateAuthority, { kind: 'local-ca' }>;

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** Clients whose clock is a little slow accept it at once. */
const BACKDATED_MS = 5 * MINUTE_MS;

/** Reads the intermediate's certificate but not its key: a plan signs nothing. */
export async function planWithLocalCa(files: CertificateFiles, authority: LocalCa): Promise<RenewalPlan> {
  const [intermediate] = await readCertificates(join(authority.directory, 'intermediate.pem'));
  const { notBefore, notAfter } = validity(intermediate, authority);
  return {
    authority: `the local CA “${readCertificate(intermediate).subject}”`,
    names: await namesToAsk(files, authority),
    days: Math.floor((notAfter.getTime() - notBefore.getTime()) / DAY_MS),
  };
}

export function createLocalCaActuator(files: CertificateFiles, authority: LocalCa): CertificateActuator {
  return {
    async backup(label, signal) {
      refuseIfAborted('backup', signal);
      return keepCopies(files, label);
    },

    async renew(signal) {
      refuseIfAborted('renewal', signal);
      const { x509, ...intermediate } = await readIntermediate(authority.directory);
      const names = await namesToAsk(files, authority);
      const asked = { names, ...validity(x509, authority) };
      const issued = await issueCertificate(intermediate, asked).catch((error: unknown) => {
        throw failed(
          'renew',
          `${authority.directory} cannot sign: its intermediate must be an RSA one.`,
          error,
        );
      });
      refuseIfAborted('renewal', signal);
      await replaceFiles(
        files.certificate === files.key
          ? [{ path: files.key, content: issued.chain + issued.key, secret: true }]
          : [
              { path: files.key, content: issued.key, secret: true },
              { path: files.certificate, content: issued.chain, secret: false },
            ],
      );
    },

    async restore(backup, signal) {
      refuseIfAborted('undo', signal);
      await restoreCopies(files, backup);
    },
  };
}

async function namesToAsk(files: CertificateFiles, authority: LocalCa): Promise<[string, ...string[]]> {
  const wanted = authority.names ?? readCertificate((await readCertificates(files.certificate))[0]).names;
  const [first, ...rest] = wanted;
  if (first === undefined) {
    throw failed(
      'renew',
      `${files.certificate} names nobody: set certificate.authority.names in the configuration.`,
      undefined,
      'not-configured',
    );
  }
  return [first, ...rest];
}

/** From now for `days`, and never beyond the intermediate's own end: clients would not accept what outlives it. */
function validity(
  intermediate: X509Certificate,
  { days, directory }: LocalCa,
): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  const end = intermediate.validToDate.getTime();
  if (end <= now) {
    const on = intermediate.validToDate.toISOString().slice(0, 10);
    throw failed(
      'renew',
      `The intermediate in ${directory} expired on ${on}: the CA's owner must replace it first.`,
    );
  }
  return { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(Math.min(now + days * DAY_MS, end)) };
}

async function readIntermediate(directory: string): Promise<Intermediate & { x509: X509Certificate }> {
  const certificatePath = join(directory, 'intermediate.pem');
  const keyPath = join(directory, 'intermediate.key');
  const [x509, ...above] = await readCertificates(certificatePath);
  const key = await readBounded(keyPath);
  if (!x509.checkPrivateKey(parsePrivateKey(keyPath, key))) {
    throw failed(
      'renew',
      `${keyPath} is not the key of ${certificatePath}: put the intermediate's own key there.`,
    );
  }
  // A root at the end of the file stays out of the chain: servers need not send what clients must have already.
  const sent = [x509, ...above].filter((each) => !readCertificate(each).selfSigned);
  return { x509, certificate: sent.map(String).join(''), key: key.toString() };
}

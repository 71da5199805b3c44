/** The openssl program: certificates that node-forge cannot make, and `s_server`, which can be told to be old or odd. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProcess, startProcess } from './process.ts';
import { programPath } from './programs.ts';

export async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(programPath('openssl'), args);
  return stdout;
}

export interface OpensslServer extends RunningProcess {
  readonly port: number;
}

/** `openssl s_server` on a free port of 127.0.0.1, answering every client until it is stopped. */
export async function startOpensslServer(...args: readonly string[]): Promise<OpensslServer> {
  const running = await startProcess(
    programPath('openssl'),
    ['s_server', '-accept', '127.0.0.1:0', '-www', ...args],
    { ready: /^ACCEPT \S+:\d+$/m },
  );
  return { ...running, port: Number(/^ACCEPT \S+:(\d+)$/m.exec(running.output())?.[1]) };
}

export interface SelfSigned {
  /** PEM, and the paths where they lie. */
  readonly certificate: string;
  readonly key: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** `newKey` and `extra` as `openssl req` takes them, such as `ec -pkeyopt ec_paramgen_curve:secp384r1`. */
export async function selfSigned(
  folder: string,
  name: string,
  newKey: readonly string[],
  ...extra: readonly string[]
): Promise<SelfSigned> {
  const certificatePath = join(folder, `${name}.pem`);
  const keyPath = join(folder, `${name}.key`);
  await openssl(
    ...['req', '-x509', '-nodes', '-newkey', ...newKey, '-keyout', keyPath, '-out', certificatePath],
    ...['-days', '30', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, ...extra],
  );
  const [certificate, key] = await Promise.all([
    readFile(certificatePath, 'utf8'),
    readFile(keyPath, 'utf8'),
  ]);
  return { certificate, key, certificatePath, keyPath };
}

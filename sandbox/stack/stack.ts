/** The small Paksa stack behind the sandbox: a TLS server to look at, to break, and to mend. Its state is what it serves. */
import { createTlsProbe } from '../../src/adapters/tls/probe.ts';
import { UserError } from '../../src/errors.ts';
import { authorityFiles } from './authority.ts';
import { activeFaults, FAULTS, type Fault, isFault, withFault } from './faults.ts';
import { type Installation, NAMES, openInstallation, SERVERNAME, VALID_DAYS } from './installation.ts';
import type { Stack } from './port.ts';
import { startServer } from './server.ts';
import { watchFolder } from './watch.ts';

const LOOK_MS = 5_000;

export interface StackOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** Absolute path of the folder for its authority and certificate; a former start's is taken over. */
  readonly directory: string;
  /** Address to listen on. */
  readonly host?: string;
}

/** @throws UserError when the port is taken */
export async function startStack({
  port: wanted,
  directory,
  host = '127.0.0.1',
}: StackOptions): Promise<Stack> {
  const installation = await openInstallation(directory);
  const server = await startServer(installation.files, { host, port: wanted });
  const endpoint = { host, port: server.port, servername: SERVERNAME, trust: authorityFiles(directory).root };
  const probe = createTlsProbe();

  const listeners: (() => void)[] = [];
  let couldSign = await installation.canSign();
  const look = async () => {
    const canSign = await installation.canSign();
    const changed = (await server.reload()) || canSign !== couldSign;
    couldSign = canSign;
    if (changed) for (const listener of listeners) listener();
  };
  const watcher = watchFolder(directory, look);

  const present = async () => {
    const served = await probe.peerCertificate(endpoint, AbortSignal.timeout(LOOK_MS));
    return { served, active: activeFaults(served, await installation.canSign()) };
  };
  const change = async (fault: Fault | 'mend') => {
    const { active } = await present();
    if (fault === 'renewal-fails') await installation.forbidSigning();
    else await installation.write(fault === 'mend' ? new Set() : withFault(active, fault));
    await watcher.look();
  };
  let changing = Promise.resolve();

  return {
    environment: environmentOf(installation, endpoint),

    async state() {
      const { served, active } = await present();
      return {
        title: 'Paksa API',
        address: `https://${host}:${server.port}`,
        summary: `${served.names.join(', ')}: valid until ${served.notAfter.toISOString().slice(0, 10)}, issued by ${served.issuer}`,
        healthy: active.size === 0,
        faults: FAULTS.map((fault) => ({ ...fault, active: active.has(fault.id) })),
      };
    },

    inject(fault) {
      if (fault !== 'mend' && !isFault(fault)) {
        const known = [...FAULTS.map(({ id }) => id), 'mend'].join(', ');
        return Promise.reject(new UserError(`There is no fault “${fault}”: choose one of ${known}.`));
      }
      // One after the other: each starts from what the one before it left.
      const changed = changing.then(() => change(fault));
      changing = changed.catch(() => {});
      return changed;
    },

    onChange(listener) {
      listeners.push(listener);
    },

    async stop() {
      await changing;
      await watcher.stop();
      await server.stop();
    },
  };
}

const environmentOf = (
  { directory, files }: Installation,
  tls: { host: string; port: number; servername: string; trust: string },
) => ({
  tls,
  certificate: {
    files,
    authority: { kind: 'local-ca', directory, names: [...NAMES], days: VALID_DAYS },
  },
});

/** The HTTPS server of the small stack. It serves what is on disk: a replaced certificate is in force within a second. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { UserError } from '../../src/errors.ts';

export interface StackServer {
  readonly port: number;
  /** Takes the files into force when they have changed and belong together. @returns whether it did */
  reload(): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startServer(
  files: { readonly certificate: string; readonly key: string },
  { host, port }: { readonly host: string; readonly port: number },
): Promise<StackServer> {
  const read = async () => {
    const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
    return { cert, key };
  };
  let loaded = await read();
  const server = createServer({ ...loaded, minVersion: 'TLSv1.2' }, answer);
  server.on('tlsClientError', () => {}); // clients that hang up on a broken certificate are what this stack is for
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => Promise.reject(cannotListen(error, host, port)));

  return {
    port: portOf(server.address()),
    async reload() {
      const found = await read().catch(() => loaded);
      if (found.cert.equals(loaded.cert) && found.key.equals(loaded.key)) return false;
      try {
        // Between its two renames a replacement leaves a key beside another's certificate: that pair is passed over.
        createSecureContext(found);
      } catch {
        return false;
      }
      server.setSecureContext({ ...found, minVersion: 'TLSv1.2' });
      loaded = found;
      return true;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const answer: RequestListener = (request, response) => {
  const health = request.url === '/health';
  response.writeHead(health || request.url === '/' ? 200 : 404, {
    'content-type': health ? 'application/json' : 'text/plain; charset=utf-8',
  });
  if (health) response.end(JSON.stringify({ status: 'ok', service: 'paksa-api' }));
  else response.end(response.statusCode === 200 ? 'The Paksa API of the sandbox.\n' : 'Not here.\n');
};

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

function cannotListen(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new UserError(
      `Port ${port} on ${host} is taken: stop what listens there, or choose another port.`,
    );
  }
  if (code === 'EACCES') return new UserError(`Port ${port} needs more rights: choose one above 1023.`);
  return error;
}

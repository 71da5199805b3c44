/** Looks at a TLS server with Node's own client. OpenSSL's verdict on the chain is kept apart from the name's. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AdapterError } from '../../errors.ts';
import { withHandshake } from './handshake.ts';
import type { PresentedCertificate, TlsEndpoint, TlsProbe } from './port.ts';
import { offeredProtocols } from './protocols.ts';
import { isInOrder, readCertificate } from './read-certificate.ts';
import { stapledStatus } from './stapled-status.ts';
import { nameOf, trustedAuthorities } from './trust.ts';

const DAY_MS = 86_400_000;

export function createTlsProbe(): TlsProbe {
  return { peerCertificate, protocols: offeredProtocols };
}

async function peerCertificate(endpoint: TlsEndpoint, signal: AbortSignal): Promise<PresentedCertificate> {
  const options = { operation: 'handshake', ca: await trustedAuthorities(endpoint), requestOCSP: true };
  return withHandshake(endpoint, options, signal, (socket, stapled) => {
    const chain = chainAsSent(socket);
    const leaf = chain[0];
    if (leaf === undefined) throw noCertificate(endpoint);
    return {
      ...readCertificate(leaf),
      daysLeft: Math.floor((leaf.validToDate.getTime() - Date.now()) / DAY_MS),
      matchesName: isFor(leaf, nameOf(endpoint)),
      chain: chain.map(readCertificate),
      chainInOrder: isInOrder(chain),
      ...(socket.authorized ? {} : { distrust: String(socket.authorizationError) }),
      protocol: socket.getProtocol() ?? 'unknown',
      ...(stapled ? { stapled: stapledStatus(stapled, leaf) } : {}),
    };
  });
}

/**
 * `getPeerX509Certificate` links what the server sent, in the order in which it was sent; `getPeerCertificate`
 * would sort it and complete it from this machine's trust. Node hands the list over once: ask once a socket.
 */
function chainAsSent(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate) {
    chain.push(next);
  }
  return chain;
}

/** Clients of today ignore the common name (RFC 9525): so does Paksa. */
const isFor = (leaf: X509Certificate, name: string): boolean =>
  (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name, { subject: 'never' })) !== undefined;

const noCertificate = ({ host, port }: TlsEndpoint): AdapterError =>
  new AdapterError(
    `${host}:${port} completed a handshake without a certificate: check its TLS configuration.`,
    {
      system: 'tls',
      operation: 'handshake',
      fault: 'refused',
      retryable: false,
    },
  );

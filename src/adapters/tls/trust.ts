/** What an endpoint means for a handshake: the name to ask for, and the authorities to trust. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { domainToASCII } from 'node:url';
import { AdapterError, messageOf } from '../../errors.ts';
import type { TlsEndpoint } from './port.ts';

/** The name checked against the certificate: ASCII, lower case, without a final dot. */
export function nameOf(endpoint: TlsEndpoint): string {
  const name = endpoint.servername ?? endpoint.host;
  return isIP(name) ? name : (domainToASCII(name) || name).replace(/\.$/, '');
}

/** SNI carries host names alone (RFC 6066): empty, and so not sent, for an address. */
export const sniOf = (endpoint: TlsEndpoint): string => (isIP(nameOf(endpoint)) ? '' : nameOf(endpoint));

/**
 * Node's own authorities, the system's, and the endpoint's; each once, since both lists are mostly the same. `setting`
 * is where the configuration names the endpoint's.
 */
export async function trustedAuthorities(
  endpoint: Pick<TlsEndpoint, 'trust'>,
  setting = 'tls.trust',
): Promise<string[]> {
  const own = endpoint.trust === undefined ? [] : await readTrust(endpoint.trust, setting);
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...own])];
}

async function readTrust(path: string, setting: string): Promise<string[]> {
  const fail = (message: string, fault: AdapterError['fault'], cause?: unknown) =>
    new AdapterError(message, { system: 'tls', operation: 'read trust', fault, retryable: false, cause });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fail(
      `The file of trusted authorities, ${path}, cannot be read (${messageOf(error)}): correct ${setting} in the configuration.`,
      error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'forbidden' : 'not-found',
      error,
    );
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (error) {
    throw fail(
      `${path} holds a certificate that cannot be read: put PEM certificates into it.`,
      'failed',
      error,
    );
  }
  if (blocks.length === 0) {
    throw fail(`${path} holds no PEM certificate: put the authority's certificate into it.`, 'failed');
  }
  return blocks;
}

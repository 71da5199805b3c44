/** Which TLS versions a server still completes a handshake with: one attempt a version, side by side. */
import { constants } from 'node:crypto';
import { AdapterError } from '../../errors.ts';
import { withHandshake } from './handshake.ts';
import type { TlsEndpoint, TlsVersion } from './port.ts';

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/**
 * A refusal is an answer, as long as some version is answered: servers decline a version by an alert, or by just
 * hanging up. Refused by all of them, the server's refusal is the news; "none" would read as "no old ones".
 */
export async function offeredProtocols(
  endpoint: TlsEndpoint,
  signal: AbortSignal,
): Promise<readonly TlsVersion[]> {
  const looks = await Promise.allSettled(VERSIONS.map((version) => attempt(endpoint, version, signal)));
  const attempts = looks.map((look) => {
    if (look.status === 'rejected') throw look.reason;
    return look.value;
  });
  const offered = VERSIONS.filter((_, index) => attempts[index] === undefined);
  const refusal = attempts.at(-1);
  if (offered.length === 0 && refusal !== undefined) throw refusal;
  return offered;
}

/** The refusal, or nothing when the version completes. */
async function attempt(
  endpoint: TlsEndpoint,
  version: TlsVersion,
  signal: AbortSignal,
): Promise<AdapterError | undefined> {
  const options = {
    operation: `handshake with ${version}`,
    minVersion: version,
    maxVersion: version,
    // No verdict on the certificate is asked for: nothing to trust, and servers from before RFC 5746 are let in.
    ca: [],
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  };
  try {
    return await withHandshake(endpoint, options, signal, () => undefined);
  } catch (error) {
    if (error instanceof AdapterError && error.fault === 'refused') return error;
    throw error;
  }
}

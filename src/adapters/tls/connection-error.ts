/** What went wrong with a connection, as a sentence that says where to look next: the network's part, then TLS's own. */
import { AdapterError, messageOf } from '../../errors.ts';
import {
  cannotBeReached,
  codeOf,
  type Reading,
  readConnectionError,
  textOf,
} from '../network/connection-error.ts';
import type { TlsEndpoint } from './port.ts';

export interface FailedConnection {
  readonly endpoint: Pick<TlsEndpoint, 'host' | 'port'>;
  /** The adapter that asked; `tls` when unset. */
  readonly system?: string;
  readonly operation: string;
  readonly signal: AbortSignal;
  /** Whether TCP had connected, so that the other side's TLS is to blame. */
  readonly connected: boolean;
  /** What to do about a certificate that is not trusted, for a client that judges it. */
  readonly whenDistrusted?: string;
}

export function translateConnectionError(error: unknown, failed: FailedConnection): AdapterError {
  const { fault, retryable, says } = read(error, failed);
  return new AdapterError(says, {
    system: failed.system ?? 'tls',
    operation: failed.operation,
    fault,
    retryable,
    cause: error,
  });
}

function read(error: unknown, failed: FailedConnection): Reading {
  const { signal, connected, whenDistrusted = 'look at “diagnose ssl”' } = failed;
  const { host, port } = failed.endpoint;
  const whenSilent = connected
    ? 'check whether the server hangs or expects something else than TLS'
    : undefined;
  const attempt = { host, port, signal, whenSilent };
  return (
    readConnectionError(error, attempt) ??
    (connected ? refusal(error, `${host}:${port}`, whenDistrusted) : cannotBeReached(error, attempt))
  );
}

/** OpenSSL's verdicts on a chain, and Node's on a name: of a client that does judge them. */
const DISTRUST =
  /^(UNABLE_TO_|CERT_|CRL_|ERROR_IN_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** Whether an error is the TLS handshake's, for those who do not see the socket. */
export const isHandshakeFailure = (error: unknown): boolean =>
  /^(ERR_SSL_|EPROTO$)/.test(codeOf(error)) || DISTRUST.test(codeOf(error));

/** OpenSSL's words for what a TLS server, or something that is none, answered. */
function refusal(error: unknown, at: string, whenDistrusted: string): Reading {
  const refused = (says: string, retryable = false): Reading => ({ fault: 'refused', retryable, says });
  const code = codeOf(error);
  if (DISTRUST.test(code)) {
    return refused(`The certificate of ${at} is not trusted (${code}): ${whenDistrusted}.`);
  }
  if (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE|RECORD_TOO_SMALL/.test(code)
  ) {
    return refused(`${at} answers, but not with TLS: check the port, and that TLS is switched on there.`);
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return refused(`${at} closed the connection during the TLS handshake: look into the server's log.`, true);
  }
  if (code.includes('EXCESSIVE_MESSAGE_SIZE')) {
    return refused(
      `${at} presents more than 100 kB of certificates, which clients refuse: remove what is not its chain.`,
    );
  }
  if (/^(asn1|x509)/.test(textOf(error, 'library'))) {
    return refused(`${at} presents a certificate that cannot be decoded: replace its certificate file.`);
  }
  const reason =
    code
      .replace(/^ERR_SSL_/, '')
      .toLowerCase()
      .replaceAll('_', ' ') || messageOf(error);
  return refused(
    `${at} refused the TLS handshake (${reason}): check its protocols and ciphers, and whether it demands a client certificate.`,
  );
}

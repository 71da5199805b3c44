/** What went wrong with a connection, as a sentence that says where to look next. */
import { AdapterError, type AdapterFault, messageOf } from '../../errors.ts';
import type { TlsEndpoint } from './port.ts';

export interface FailedConnection {
  readonly endpoint: TlsEndpoint;
  readonly operation: string;
  readonly signal: AbortSignal;
  /** Whether TCP had connected, so that the other side's TLS is to blame. */
  readonly connected: boolean;
}

interface Reading {
  readonly fault: AdapterFault;
  readonly retryable: boolean;
  readonly says: string;
}

export function translateConnectionError(error: unknown, failed: FailedConnection): AdapterError {
  const { fault, retryable, says } = read(error, failed);
  return new AdapterError(says, {
    system: 'tls',
    operation: failed.operation,
    fault,
    retryable,
    cause: error,
  });
}

function read(error: unknown, { endpoint, signal, connected }: FailedConnection): Reading {
  const { host, port } = endpoint;
  const at = `${host}:${port}`;
  if (signal.aborted) return aborted(signal.reason, at, connected);
  const code = textOf(error, 'code');
  switch (code) {
    case 'ENOTFOUND':
      return unreachable(
        `DNS has no address for ${host}: check the name in the configuration and its record.`,
      );
    case 'EAI_AGAIN':
      return unreachable(`The DNS server did not answer for ${host}: check this machine's resolver.`, true);
    case 'ECONNREFUSED':
      return unreachable(`Nothing listens on ${at}: check that the server runs, and the port.`, true);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(`There is no route to ${at}: check the network and the firewall.`, true);
    case 'ETIMEDOUT':
      return { fault: 'timed-out', retryable: true, says: unanswered(at, connected) };
    default:
      return connected
        ? refusal(error, code, at)
        : unreachable(`${at} cannot be reached: ${messageOf(error)}.`, true);
  }
}

const unreachable = (says: string, retryable = false): Reading => ({ fault: 'unreachable', retryable, says });

const unanswered = (at: string, connected: boolean): string =>
  connected
    ? `${at} took the connection but did not answer in time: check whether the server hangs or expects something else than TLS.`
    : `${at} did not answer in time: check the firewall and whether the host is up.`;

function aborted(reason: unknown, at: string, connected: boolean): Reading {
  const inTime = reason instanceof Error && reason.name === 'TimeoutError';
  const says = inTime
    ? unanswered(at, connected)
    : `Looking at ${at} was stopped before it answered: try again.`;
  return { fault: 'timed-out', retryable: true, says };
}

/** OpenSSL's words for what a TLS server, or something that is none, answered. */
function refusal(error: unknown, code: string, at: string): Reading {
  const refused = (says: string, retryable = false): Reading => ({ fault: 'refused', retryable, says });
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

/** Where both address families failed, Node's AggregateError carries the first one's code. */
const textOf = (error: unknown, property: 'code' | 'library'): string => {
  const value: unknown = error instanceof Error ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' ? value : '';
};

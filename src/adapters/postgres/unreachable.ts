/** No PostgreSQL at the other end, or none that can be spoken to safely: by Node's codes, and what to look at. */
import type { AdapterFault } from '../../errors.ts';
import type { PostgresSettings } from './port.ts';

/** What an error means. */
export interface Reading {
  readonly fault: AdapterFault;
  readonly says: string;
  /** Whether it passes by itself. */
  readonly passes?: boolean;
  /** Whether what was asked for may have been done nevertheless. */
  readonly unknown?: boolean;
}

/** Undefined when it is PostgreSQL's own answer. */
export function noServer(code: string, { host, port }: PostgresSettings): Reading | undefined {
  const unreachable = (says: string, more: Partial<Reading> = {}): Reading => ({
    fault: 'unreachable',
    says: `${says} (${code}).`,
    passes: true,
    ...more,
  });
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return unreachable(`Nothing listens on ${host}:${port}: check that PostgreSQL runs, and the port`);
    case 'ENOTFOUND':
      return unreachable(`DNS has no address for ${host}: check the name in the address, and its record`, {
        passes: false,
      });
    case 'EAI_AGAIN':
      return unreachable(`The DNS server did not answer for ${host}: check this machine's resolver`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(`There is no route to ${host}:${port}: check the network and the firewall`);
    case 'ETIMEDOUT':
      return unreachable(
        `${host}:${port} did not answer in time: check the firewall, and whether the host is up`,
        { fault: 'timed-out', unknown: true },
      );
    case 'ECONNRESET':
    case 'EPIPE':
      return unreachable(
        `${host}:${port} closed the connection: look at whether PostgreSQL is restarting, and at its log`,
        { unknown: true },
      );
    case 'EPROTO':
      return {
        fault: 'refused',
        says: `${host}:${port} has no TLS, which sslmode asks for (${code}): switch it on there (ssl = on), or set sslmode=prefer.`,
      };
    default:
      return /CERT|SIGNED|ISSUER|ALTNAME|^ERR_(SSL|TLS)/.test(code)
        ? {
            fault: 'refused',
            says: `The TLS certificate of ${host}:${port} is not accepted (${code}): check sslrootcert and sslmode, or diagnose ssl.`,
          }
        : undefined;
  }
}

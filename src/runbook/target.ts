/** One environment that Paksa looks after, as the configuration describes it. What is unset is not there. */
import type { CertificateAuthority, CertificateFiles } from '../adapters/certificate/port.ts';
import type { TlsEndpoint } from '../adapters/tls/port.ts';

export interface Target {
  /** The environment's name, such as `production`. */
  readonly environment: string;
  readonly tls?: TlsEndpoint | undefined;
  readonly certificate?:
    | { readonly files: CertificateFiles; readonly authority: CertificateAuthority }
    | undefined;
  readonly kubernetes?: { readonly namespace: string } | undefined;
}

/** What Paksa asks of an HTTP server. Reads only. */
import type { TlsEndpoint } from '../tls/port.ts';

export interface ClockReading {
  /** The server's clock less ours, in milliseconds, corrected by half the round trip. */
  readonly skewMs: number;
  /** How far off `skewMs` may be, in milliseconds: `Date` headers count whole seconds, and half the round trip. */
  readonly uncertaintyMs: number;
}

export interface HttpProbe {
  /** Compares the server's `Date` header with this machine's clock; the certificate is not judged. @throws AdapterError */
  clock(endpoint: TlsEndpoint, signal: AbortSignal): Promise<ClockReading>;
}

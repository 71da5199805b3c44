/** What Paksa asks of HTTP servers. Reads only. */
import type { TlsEndpoint } from '../tls/port.ts';

/** The API of the backend, as it is reached from where Paksa runs. */
export interface ApiSettings {
  /** Without a path, such as `https://api.paksafinancial.com`. */
  readonly url: string;
  /** The port that a replica listens on, inside. */
  readonly port: number;
  readonly paths: {
    readonly health: string;
    readonly metrics: string;
    /** Answers 2xx to a valid token, 401 to any other. */
    readonly verify: string;
    /** The request whose time people complain about. */
    readonly slow: string;
  };
  /** A PEM file of authorities to trust, beside the system's own. */
  readonly trust?: string | undefined;
  /** Whether a token is configured; the token itself is the adapter's alone. */
  readonly hasToken: boolean;
}

export interface ClockReading {
  /** The server's clock less ours, in milliseconds, corrected by half the round trip. */
  readonly skewMs: number;
  /** How far off `skewMs` may be, in milliseconds: `Date` headers count whole seconds, and half the round trip. */
  readonly uncertaintyMs: number;
}

/** Where the time of one request went, in milliseconds; each part alone, `totalMs` all of it. */
export interface Timing {
  readonly status: number;
  readonly dnsMs: number;
  readonly connectMs: number;
  /** 0 without TLS. */
  readonly tlsMs: number;
  /** From the request's last byte to the answer's first. */
  readonly waitMs: number;
  readonly bodyMs: number;
  readonly totalMs: number;
}

export interface Answer {
  readonly status: number;
  readonly ms: number;
  /** The first 500 characters. */
  readonly body: string;
}

/** One line of a Prometheus exposition; infinities are possible, NaN is not. */
export interface Sample {
  readonly name: string;
  /** As written between the braces; empty without. */
  readonly labels: string;
  readonly value: number;
}

export interface HttpProbe {
  /** Compares the server's `Date` header with this machine's clock; the certificate is not judged. @throws AdapterError */
  clock(endpoint: TlsEndpoint, signal: AbortSignal): Promise<ClockReading>;
  /** The same, of the API. @throws AdapterError */
  apiClock(signal: AbortSignal): Promise<ClockReading>;
  /** `GET` of one of the API's paths, whatever the status; with the configured token when `authorized`. @throws AdapterError not-configured, unreachable, refused, timed-out */
  get(path: string, options: { readonly authorized: boolean }, signal: AbortSignal): Promise<Answer>;
  /**
   * One request after another on a connection of its own each. Not authorized when there is no token. A failure after
   * the first ends the series, and so do 20 s. @throws AdapterError when the first fails
   */
  timings(path: string, count: number, signal: AbortSignal): Promise<readonly Timing[]>;
  /** The samples of the API's metrics path whose name holds `word`, at most 200. @throws AdapterError not-found when it serves none */
  metrics(word: string, signal: AbortSignal): Promise<readonly Sample[]>;
}

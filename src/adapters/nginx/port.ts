/** nginx inside a container, a pod, or on this host: its verdict on its configuration, its upstreams, and its error log. */
import type { Place } from '../exec/port.ts';

export interface NginxSettings {
  readonly place: Place;
  /** The program; `nginx` when unset. */
  readonly program: string;
  /** Its main configuration file, as seen in its place; nginx's own default when unset. */
  readonly config?: string | undefined;
  /** Its error log as a file in its place; what the container or pod prints when unset. */
  readonly errorLog?: string | undefined;
}

export interface ConfigTest {
  readonly ok: boolean;
  /** nginx's own words, the last 2000 characters. */
  readonly output: string;
}

/** One `server` line of an `upstream` block. */
export interface UpstreamServer {
  readonly upstream: string;
  readonly address: string;
  /** Failures before it is left alone; nginx's default is 1. */
  readonly maxFails: number;
  /** How long it is left alone, and the time in which the failures count, in seconds; nginx's default is 10. */
  readonly failTimeoutSeconds: number;
  readonly file: string;
  /** The line as it is written. */
  readonly line: string;
}

export interface ErrorLog {
  /** Lines of the time asked for, without client addresses' meaning being judged. */
  readonly lines: readonly { readonly at: Date; readonly text: string }[];
  readonly truncated: boolean;
}

export interface NginxProbe {
  /** `nginx -t`. @throws AdapterError not-configured, unreachable, forbidden, not-found, timed-out */
  test(signal: AbortSignal): Promise<ConfigTest>;
  /** From `nginx -T`. @throws AdapterError failed, with nginx's words, when the configuration does not load */
  upstreams(signal: AbortSignal): Promise<readonly UpstreamServer[]>;
  errors(sinceSeconds: number, signal: AbortSignal): Promise<ErrorLog>;
}

/** A changed configuration file, as it was. */
export interface KeptConfig {
  readonly file: string;
  /** The copy beside it. */
  readonly keptAt: string;
}

export interface NginxActuator {
  /** Copies a configuration file beside itself, under a name made from `label`. @throws AdapterError */
  keep(file: string, label: string, signal: AbortSignal): Promise<KeptConfig>;
  /**
   * Writes `max_fails` and `fail_timeout` of every upstream server in `file`, asks `nginx -t`, and reloads; puts the file
   * back when the test fails. Once. @throws AdapterError refused, with nginx's words
   */
  setHealthChecks(
    file: string,
    figures: { readonly maxFails: number; readonly failTimeoutSeconds: number },
    signal: AbortSignal,
  ): Promise<void>;
  /** Tests the configuration, and has nginx read its files anew. Once. @throws AdapterError refused, with nginx's words */
  reload(signal: AbortSignal): Promise<void>;
  /** Puts a kept file back, and reloads. @throws AdapterError */
  restore(kept: KeptConfig, signal: AbortSignal): Promise<void>;
}

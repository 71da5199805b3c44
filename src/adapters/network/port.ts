/** Names and ports, seen from where Paksa runs. */

export interface Connection {
  /** The address that answered. */
  readonly address: string;
  /** Milliseconds until it was open, the name's lookup among them. */
  readonly ms: number;
}

export interface NetworkProbe {
  /** IP addresses of a name, or the address itself. @throws AdapterError not-found (no such name), unreachable (no resolver), timed-out */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Opens a TCP connection and closes it. @throws AdapterError refused, unreachable, timed-out */
  connect(host: string, port: number, signal: AbortSignal): Promise<Connection>;
}

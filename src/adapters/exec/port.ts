/** A program run somewhere: on this host, in a container, in a pod. Always a fixed list of arguments, never a shell. */

/** Where a program is run. `service` is one of the environment's, found by the runtime's own means. */
export type Place<In extends Placed = Service> =
  | { readonly on: 'host' }
  | { readonly on: 'container'; readonly service: In }
  | { readonly on: 'pod'; readonly service: In };

/** The program's place once for each replica that runs there. */
export interface InReplica {
  readonly replica: string;
  readonly exec: Exec;
}

/** Those that run now, the one that serves best first; never none. @throws AdapterError unreachable, not-found where none runs */
export type Everywhere = (signal: AbortSignal) => Promise<readonly [InReplica, ...InReplica[]]>;

/** The parts of the Paksa Financial System, by the guide's names for them. */
export const SERVICES = ['backend', 'postgres', 'redis', 'nginx'] as const;
export type Service = (typeof SERVICES)[number];

/** All that a place can name. certbot is one alone: it is no part of the system, and no check looks at how it is. */
export const PLACED = [...SERVICES, 'certbot'] as const;
export type Placed = (typeof PLACED)[number];

export interface ExecOptions {
  readonly signal: AbortSignal;
  /** Given to the program's standard input, which is then closed. */
  readonly input?: string | undefined;
  /** Where the program is run, an absolute path; on this host only. */
  readonly directory?: string | undefined;
  /** Added to the program's environment, where its arguments, which everybody may list, must not hold a secret; on this host only. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Bytes kept of each stream, half from its beginning and half from its end; what is between is read and dropped. 256 KiB when unset. */
  readonly maxBytes?: number | undefined;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether output was dropped. */
  readonly truncated: boolean;
}

/**
 * Runs a program and resolves with how it ended, whatever the exit code.
 * @throws AdapterError unreachable, forbidden, not-found (the place, or the program in it: `isMissingProgram`), timed-out
 */
export type Exec = (command: readonly [string, ...string[]], options: ExecOptions) => Promise<ExecResult>;

/** What Paksa asks of a Docker engine: the containers of a compose project by their labels, or single ones by name. */
import type { Placed, Service } from '../exec/port.ts';
import type { RuntimeActuator, RuntimeProbe } from '../runtime/port.ts';

/** A compose service, found by its labels, or one container, by its name. */
export type ContainerRef = { readonly service: string } | { readonly container: string };

export interface DockerSettings {
  /** Absolute path of the engine's socket. */
  readonly socketPath: string;
  /** The compose project; needed by services, not by bare containers. */
  readonly project?: string | undefined;
  readonly services: Readonly<Partial<Record<Placed, ContainerRef | undefined>>>;
}

export type DockerProbe = RuntimeProbe;

export interface DockerActuator extends RuntimeActuator {
  /** Stops the service's containers, `docker stop`; they stay there. */
  stop(service: Service, signal: AbortSignal): Promise<void>;
  /** Starts stopped containers, and waits until they are ready. */
  start(service: Service, signal: AbortSignal): Promise<void>;
}

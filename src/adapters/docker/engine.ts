/** The Docker engine behind its socket: every request ends with its signal, and what fails becomes an AdapterError. */
import type Docker from 'dockerode';
import { translateEngineError } from './errors.ts';
import type { DockerSettings } from './port.ts';

export interface Engine {
  readonly docker: Docker;
  /** One request; `what` completes “could not …” and names the operation. @throws AdapterError */
  ask<T>(what: string, signal: AbortSignal, request: (abortSignal: AbortSignal) => Promise<T>): Promise<T>;
}

/** The driver is loaded here, two hundred files with it: whoever has no Docker need not. */
export async function connectEngine({ socketPath }: DockerSettings): Promise<Engine> {
  const { default: Driver } = await import('dockerode');
  // DOCKER_HOST in the environment would win over the socket of the configuration.
  const docker = new Driver({ socketPath, host: undefined, protocol: 'http', timeout: undefined });
  return {
    docker,
    async ask(what, signal, request) {
      try {
        signal.throwIfAborted();
        return await request(signal);
      } catch (error) {
        throw translateEngineError(error, { what, signal, socketPath });
      }
    },
  };
}

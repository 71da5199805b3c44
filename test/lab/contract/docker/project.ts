/** A compose project of a test file's own in the lab's engine, without compose: containers with its labels, and the adapter in front of them. */

import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { createDockerActuator } from '../../../../src/adapters/docker/actuator.ts';
import { runningContainers } from '../../../../src/adapters/docker/exec.ts';
import type { DockerActuator, DockerProbe, DockerSettings } from '../../../../src/adapters/docker/port.ts';
import { createDockerProbe } from '../../../../src/adapters/docker/probe.ts';
import { inFirst } from '../../../../src/adapters/exec/in-first.ts';
import type { Exec } from '../../../../src/adapters/exec/port.ts';
import { AdapterError } from '../../../../src/errors.ts';
import { LABEL } from '../../docker/engine.ts';
import { runningLab } from '../../for-tests.ts';

/** The service whose containers are meant when a test does not say. */
export const SERVICE = 'web';

export interface ContainerOptions extends Omit<Docker.ContainerCreateOptions, 'Image' | 'Cmd' | 'name'> {
  readonly service?: string;
  /** Left as created when false. */
  readonly start?: boolean;
}

export interface Project extends AsyncDisposable {
  readonly docker: Docker;
  readonly name: string;
  /** The service as the estate's `backend`. */
  adapter(service?: string): Adapter;
  settings(service?: string): DockerSettings;
  /** Runs a script of sh in a container of its own. */
  run(script: string, options?: ContainerOptions): Promise<Docker.Container>;
}

export interface Adapter {
  readonly probe: DockerProbe;
  readonly actuator: DockerActuator;
  readonly exec: Exec;
}

export async function openProject(): Promise<Project> {
  const lab = await runningLab();
  const { socketPath } = lab.docker;
  const docker = new Docker({ socketPath });
  const project = `paksa-contract-${randomBytes(4).toString('hex')}`;
  const counts = new Map<string, number>();
  const settings = (service = SERVICE): DockerSettings => ({
    socketPath,
    project,
    services: { backend: { service } },
  });
  return {
    docker,
    name: project,
    settings,
    adapter: (service) => adapterOf(settings(service)),
    async run(script, { service = SERVICE, start = true, ...more } = {}) {
      const number = (counts.get(service) ?? 0) + 1;
      counts.set(service, number);
      const container = await docker.createContainer({
        Image: lab.images.backend,
        Entrypoint: ['sh', '-c', script],
        name: `${project}-${service}-${number}`,
        ...more,
        Labels: {
          [LABEL]: 'contract',
          'com.docker.compose.project': project,
          'com.docker.compose.service': service,
          'com.docker.compose.oneoff': 'False',
          ...more.Labels,
        },
        HostConfig: { NetworkMode: 'none', ...more.HostConfig },
        // None but a test's own.
        Healthcheck: more.Healthcheck ?? { Test: ['NONE'] },
      });
      if (start) await container.start();
      return container;
    },
    async [Symbol.asyncDispose]() {
      const filters = { label: [`com.docker.compose.project=${project}`] };
      const containers = await docker.listContainers({ all: true, filters });
      await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
      await lab.stop();
    },
  };
}

export const adapterOf = (settings: DockerSettings): Adapter => ({
  probe: createDockerProbe(() => settings),
  actuator: createDockerActuator(() => settings),
  exec: inFirst(runningContainers(() => settings, 'backend')),
});

/** A health check by this script, every second. */
export const healthCheck = (script: string): Docker.HealthConfig => ({
  Test: ['CMD-SHELL', script],
  Interval: 1e9,
  Timeout: 5e9,
  Retries: 1,
});

/** Goes on until it is told to stop. */
export const IDLE = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

/** Long enough for a look on a busy machine. */
export const soon = (): AbortSignal => AbortSignal.timeout(30_000);

/** Long enough for a container to get where a test wants it, on a busy machine. */
export const WAITING_MS = 60_000;

/** What a call fails with. @throws Error when it does not, or not with an AdapterError */
export async function failureOf(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (value) => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (thrown instanceof AdapterError) return thrown;
  throw thrown;
}

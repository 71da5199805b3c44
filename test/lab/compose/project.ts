/** A docker-compose project: its commands, and its containers by their labels. */
import { join } from 'node:path';
import { programPath } from '../../harness/programs.ts';
import { connectEngine } from '../docker/engine.ts';
import { type ExecResult, execIn } from '../docker/exec.ts';
import { runProgram } from '../run-program.ts';
import { until } from '../until.ts';

export interface ComposeProject {
  readonly composeFile: string;
  /** Read after the compose file, whose entries it replaces. */
  readonly overrideFile: string;
  /** `variables` go before those of `.env`. @returns what docker-compose printed */
  compose(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<string>;
  /** `replica` counts from 1. @throws Error when it does not run */
  exec(service: string, argv: readonly string[], replica?: number): Promise<ExecResult>;
  /** Resolves when every container of these services passes its health check. */
  untilHealthy(...services: readonly string[]): Promise<void>;
  /** With its volumes, whatever is left of it. */
  remove(): Promise<void>;
}

const HEALTHY_MS = 120_000;

/** `folder`: where docker-compose.yml and .env are, or will be. */
export function composeProject(name: string, folder: string, socketPath: string): ComposeProject {
  const docker = connectEngine();
  const composeFile = join(folder, 'docker-compose.yml');
  const overrideFile = join(folder, 'docker-compose.override.yml');

  const compose: ComposeProject['compose'] = (args, variables = {}) =>
    runProgram(
      programPath('docker-compose'),
      ['--project-name', name, '--file', composeFile, '--file', overrideFile, ...args],
      {
        cwd: folder,
        // Nothing of ours: what is set here would go before .env, and into containers.
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          DOCKER_HOST: `unix://${socketPath}`,
          ...variables,
        },
      },
    );
  const containers = (labels: Readonly<Record<string, string | number>>) =>
    docker.listContainers({
      filters: {
        label: Object.entries({ project: name, ...labels }).map(
          ([key, value]) => `com.docker.compose.${key}=${value}`,
        ),
      },
    });
  const isHealthy = async (service: string) => {
    const found = await containers({ service });
    const states = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()));
    return states.length > 0 && states.every(({ State }) => State.Health?.Status === 'healthy');
  };

  return {
    composeFile,
    overrideFile,
    compose,
    async exec(service, argv, replica = 1) {
      const [found] = await containers({ service, 'container-number': replica });
      if (found === undefined) throw new Error(`no container ${replica} of ${service} runs in ${name}`);
      return execIn(docker.getContainer(found.Id), argv);
    },
    async untilHealthy(...services) {
      for (const service of services)
        await until(() => isHealthy(service), {
          what: `${service} of ${name} to be healthy`,
          within: HEALTHY_MS,
          explain: () => compose(['logs', '--tail=10', '--no-color', service]),
        });
    },
    async remove() {
      await compose(['down', '--volumes', '--remove-orphans', '--timeout', '1']);
    },
  };
}

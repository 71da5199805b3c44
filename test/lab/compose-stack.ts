/** A Paksa Financial System under docker-compose: postgres, redis, backend and nginx, on ports of 127.0.0.1. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { freePort } from '../harness/free-port.ts';
import { composeProject } from './compose/project.ts';
import type { ExecResult } from './docker/exec.ts';
import type { Lab } from './lab.ts';
import { PREPARE } from './prepare.ts';
import { signToken, type TokenOptions } from './token.ts';
import { until } from './until.ts';

export type ComposeService = 'postgres' | 'redis' | 'backend' | 'nginx';

/** null: the variable is not there. */
type Environment = Readonly<Record<string, string | null>>;

export interface ComposeStack {
  readonly lab: Lab;
  /** As its containers' label `com.docker.compose.project` has it. */
  readonly project: string;
  /** With docker-compose.yml and nginx/, for faults to edit. */
  readonly folder: string;
  readonly composeFile: string;
  /** Mounted as /etc/nginx/conf.d; holds backend.conf. */
  readonly nginxFolder: string;
  /** As the superuser `postgres`. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The first backend itself. */
  readonly backendUrl: string;
  /** The backends through nginx. */
  readonly nginxUrl: string;
  readonly jwtSecret: string;
  token(options?: TokenOptions): string;
  /** Runs docker-compose on the stack. @returns what it printed */
  compose(...args: readonly string[]): Promise<string>;
  /** Runs a program in a service's container; `replica` counts from 1. */
  exec(service: ComposeService, argv: readonly string[], replica?: number): Promise<ExecResult>;
  /** Resolves when every container of these passes its health check; nginx has none. */
  untilHealthy(...services: readonly Exclude<ComposeService, 'nginx'>[]): Promise<void>;
  /** Makes the service's containers anew, with these variables in place of the usual ones; without, as they were at first. */
  recreate(service: ComposeService, changes?: { readonly environment?: Environment }): Promise<void>;
  /** So many replicas; the first keeps its port. */
  scale(service: 'backend', replicas: number): Promise<void>;
  /** Removes it with its volumes. */
  stop(): Promise<void>;
}

const SOURCES = fileURLToPath(new URL('compose/', import.meta.url));
const READY_MS = 120_000;

/** Resolves when the backend answers through nginx over a migrated and filled database. `name`: letters, digits, hyphens. */
export async function startComposeStack(lab: Lab, name: string): Promise<ComposeStack> {
  const project = `paksa-${name}`;
  const folder = join(lab.stacks, project);
  const { composeFile, overrideFile, compose, exec, untilHealthy, remove } = composeProject(
    project,
    folder,
    lab.docker.socketPath,
  );
  const port = () => freePort();
  const ports = { postgres: await port(), redis: await port(), backend: await port(), nginx: await port() };
  const password = randomBytes(12).toString('hex');
  const jwtSecret = randomBytes(32).toString('hex');
  const variables = {
    LAB_POSTGRES_IMAGE: lab.images.postgres,
    LAB_REDIS_IMAGE: lab.images.redis,
    LAB_BACKEND_IMAGE: lab.images.backend,
    LAB_NGINX_IMAGE: lab.images.nginx,
    LAB_PASSWORD: password,
    LAB_JWT_SECRET: jwtSecret,
    LAB_POSTGRES_PORT: ports.postgres,
    LAB_REDIS_PORT: ports.redis,
    LAB_BACKEND_PORT: ports.backend,
    LAB_NGINX_PORT: ports.nginx,
  };
  const override = (service?: ComposeService, environment: Environment = {}) =>
    writeFile(
      overrideFile,
      stringify({ version: '2.4', ...(service ? { services: { [service]: { environment } } } : {}) }),
    );
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(SOURCES, folder, { recursive: true });
  await override();
  const lines = Object.entries(variables).map(([variable, value]) => `${variable}=${value}\n`);
  await writeFile(join(folder, '.env'), lines.join(''), { mode: 0o600 });

  const stop = async () => {
    await remove();
    await rm(folder, { recursive: true, force: true });
  };
  const nginxUrl = `http://127.0.0.1:${ports.nginx}`;
  try {
    await remove(); // what a test that was killed left of one of that name
    // In the order in which they need each other, so that no log begins with trouble.
    await compose(['up', '--detach', 'postgres', 'redis']);
    await untilHealthy('postgres', 'redis');
    await compose(['up', '--detach', 'backend']);
    await untilHealthy('backend');
    const { exitCode, stderr } = await exec('backend', PREPARE);
    if (exitCode !== 0) throw new Error(`the database of ${project} could not be filled:\n${stderr}`);
    await compose(['up', '--detach', 'nginx']);
    await until(async () => (await fetch(`${nginxUrl}/health`)).ok, {
      what: `${project} to answer through nginx`,
      within: READY_MS,
      explain: () => compose(['logs', '--tail=10', '--no-color']),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    lab,
    project,
    folder,
    composeFile,
    nginxFolder: join(folder, 'nginx'),
    databaseUrl: `postgresql://postgres:${password}@127.0.0.1:${ports.postgres}/paksa_db`,
    redisUrl: `redis://127.0.0.1:${ports.redis}/0`,
    backendUrl: `http://127.0.0.1:${ports.backend}`,
    nginxUrl,
    jwtSecret,
    token: (options) => signToken(jwtSecret, options),
    compose: (...args) => compose(args),
    exec,
    untilHealthy,
    async recreate(service, { environment = {} } = {}) {
      await override(service, environment);
      await compose(['up', '--detach', '--no-deps', '--force-recreate', service]);
    },
    async scale(service, replicas) {
      const wanted = `${service}=${replicas}`;
      // Those that are there keep their port; new ones cannot have the same.
      await compose(['up', '--detach', '--no-recreate', '--scale', wanted, service], {
        LAB_BACKEND_PORT: '',
      });
    },
    stop,
  };
}

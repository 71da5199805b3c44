/** Why a check or a fix has nothing to work on: what the target lacks, and the key that adds it. */
import type { Target } from '../../src/runbook/target.ts';
import type { Platform, Service } from './services.ts';

type Lack = (target: Target) => string | undefined;

const lacking =
  (is: (target: Target) => unknown, what: string, key: string): Lack =>
  (target) =>
    is(target) ? undefined : `no ${what} configured (environments.${target.environment}.${key})`;

export const noServer = lacking(({ tls }) => tls, 'TLS server', 'tls');
export const noFile = lacking(({ certificate }) => certificate, 'certificate file', 'certificate');
export const noApi = lacking(({ api }) => api, 'API', 'api');
export const noToken = lacking(({ api }) => api?.hasToken, 'token of the API', 'api.tokenEnv');
export const noDatabase = lacking(({ postgres }) => postgres, 'database', 'postgres');
export const noRedis = lacking(({ redis }) => redis, 'Redis', 'redis');
export const noCluster = lacking(({ kubernetes }) => kubernetes, 'cluster', 'kubernetes');
export const noNginx = lacking(({ nginx }) => nginx, 'nginx', 'nginx');
export const noAlembic = lacking(({ alembic }) => alembic, 'Alembic', 'alembic');
export const noPrometheus = lacking(({ prometheus }) => prometheus, 'Prometheus', 'prometheus');
export const noBackups = lacking(({ backups }) => backups, 'folder of backups', 'backups');

export const noContainer = (service: Service) =>
  lacking(({ docker }) => docker?.services[service], `container of ${service}`, `docker.services.${service}`);
export const noWorkload = (service: Service) =>
  lacking(
    ({ kubernetes }) => kubernetes?.workloads[service],
    `workload of ${service}`,
    `kubernetes.workloads.${service}`,
  );

/** On one platform, whichever it is. */
export const noReplicas = (platform: Platform, service: Service): Lack =>
  platform === 'docker' ? noContainer(service) : noWorkload(service);

/** The first lack of several needs. */
export const all =
  (...lacks: readonly Lack[]): Lack =>
  (target) =>
    lacks.map((lack) => lack(target)).find((lack) => lack !== undefined);

/** Any one of several will do; the first lack is told when there is none. */
export const any =
  (...lacks: readonly Lack[]): Lack =>
  (target) => {
    const found = lacks.map((lack) => lack(target));
    return found.includes(undefined) ? undefined : found[0];
  };

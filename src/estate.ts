/** The environments of paksa.yaml with their adapters. What an environment lacks answers “not configured”, and says where to add it. */
import { createAlembicActuator } from './adapters/alembic/actuator.ts';
import { createAlembicProbe } from './adapters/alembic/probe.ts';
import { createBackupActuator } from './adapters/backup/actuator.ts';
import { createBackupProbe } from './adapters/backup/probe.ts';
import { createCertificateActuator } from './adapters/certificate/actuator.ts';
import { createPairReader } from './adapters/certificate/pair.ts';
import { createCertificateProbe } from './adapters/certificate/probe.ts';
import { createDockerActuator } from './adapters/docker/actuator.ts';
import { runningContainers } from './adapters/docker/exec.ts';
import { createDockerProbe } from './adapters/docker/probe.ts';
import { createHostExec, onThisHost } from './adapters/exec/host.ts';
import { inFirst } from './adapters/exec/in-first.ts';
import type { Everywhere, Exec, Place, Placed } from './adapters/exec/port.ts';
import { createHttpProbe } from './adapters/http/probe.ts';
import { createKubernetesActuator } from './adapters/kubernetes/actuator.ts';
import { createLoginReader } from './adapters/kubernetes/database-password.ts';
import { runningPods } from './adapters/kubernetes/exec.ts';
import { createKubernetesProbe } from './adapters/kubernetes/probe.ts';
import { createNetworkProbe } from './adapters/network/probe.ts';
import { actuatorEverywhere, probeEverywhere } from './adapters/nginx/everywhere.ts';
import { createPostgresActuator } from './adapters/postgres/actuator.ts';
import { openPostgres } from './adapters/postgres/connect.ts';
import { ownName } from './adapters/postgres/own-name.ts';
import { createPostgresProbe } from './adapters/postgres/probe.ts';
import { createPrometheusProbe } from './adapters/prometheus/probe.ts';
import { createRedisActuator } from './adapters/redis/actuator.ts';
import { createRedisProbe } from './adapters/redis/probe.ts';
import type { LogRequest, LogTail } from './adapters/runtime/port.ts';
import { createTlsProbe } from './adapters/tls/probe.ts';
import type { Environment } from './config/environments.ts';
import type { Estate } from './engine/ports.ts';
import { AdapterError, UserError } from './errors.ts';
import { type Chosen, chooseLadder, type Ladders, type Occasion } from './policy/choose.ts';
import type { Policy } from './policy/policy.ts';
import type { Target } from './runbook/target.ts';
import type { Actuators, Probes } from './runbook/tools.ts';

export interface ClosableEstate extends Estate {
  /** Leaves every database that was connected to. */
  close(): Promise<void>;
}

export function createEstate(
  environments: readonly Environment[],
  /** What Paksa's connections to its own state are called, where that is kept in a database of the system. */
  ownNames: readonly string[] = [],
): ClosableEstate {
  const byName = new Map(
    environments.map((environment) => [environment.target.environment, furnish(environment, ownNames)]),
  );
  const find = (environment: string) => {
    const furnished = byName.get(environment);
    if (!furnished)
      throw new UserError(
        `The environment “${environment}” is not in paksa.yaml any more: put it back, or resolve this.`,
      );
    return furnished;
  };
  return {
    environments: [...byName.keys()],
    target: (environment) => find(environment).target,
    probes: (environment) => find(environment).probes,
    actuators: (environment) => find(environment).actuators,
    ladders: (environment) => find(environment).ladders,
    policy: (environment, occasion) => find(environment).policy(occasion),
    close: async () => {
      await Promise.all([...byName.values()].map(({ close }) => close()));
    },
  };
}

interface Furnished {
  readonly target: Target;
  readonly probes: Probes;
  readonly actuators: Actuators;
  readonly ladders: Ladders;
  readonly policy: (occasion?: Occasion) => Policy;
  readonly close: () => Promise<void>;
}

function furnish(
  { target, credentials, policy, ladders }: Environment,
  ownNames: readonly string[],
): Furnished {
  const need = needOf(target.environment);
  const certificate = () => need(target.certificate, 'certificate');
  const postgresUrl = () => need(credentials.postgresUrl, 'postgres');
  const redis = () => need(target.redis, 'redis');
  const redisUrl = () => need(credentials.redisUrl, 'redis');
  const docker = () => need(target.docker, 'docker');
  const kubernetes = () => need(target.kubernetes, 'kubernetes');
  const nginx = () => need(target.nginx, 'nginx');
  const alembic = () => need(target.alembic, 'alembic');
  const backups = () => need(target.backups, 'backups');

  // Two roles where there are two: looking takes no right to change.
  const fixUrl = () => credentials.postgresFixUrl ?? postgresUrl();
  const named = (address: string | undefined) => () => (address === undefined ? [] : [ownName(address)]);
  const database = openPostgres(postgresUrl, ownNames, named(credentials.postgresFixUrl));
  const changing =
    credentials.postgresFixUrl === undefined
      ? database
      : openPostgres(fixUrl, ownNames, named(credentials.postgresUrl));
  const containers = createDockerProbe(docker);
  const pods = createKubernetesProbe(kubernetes);
  const readLogin = createLoginReader(kubernetes);
  const host = createHostExec();
  const everywhere = (place: () => Place<Placed>): Everywhere => {
    const at = (there: Place<Placed>): Everywhere => {
      switch (there.on) {
        case 'host':
          return onThisHost;
        case 'container':
          return runningContainers(docker, there.service);
        case 'pod':
          return runningPods(kubernetes, there.service);
      }
    };
    return async (signal) => at(place())(signal);
  };
  const nginxEverywhere = everywhere(() => nginx().place);
  const certificateEverywhere = everywhere(() => certificate().place ?? { on: 'host' });
  const nginxLogs = async (request: LogRequest, signal: AbortSignal): Promise<LogTail> => {
    const { place } = nginx();
    switch (place.on) {
      case 'host':
        need(undefined, 'nginx.errorLog');
        return { lines: [], truncated: false };
      case 'container':
        return containers.logs(place.service, request, signal);
      case 'pod':
        return pods.logs(place.service, request, signal);
    }
  };
  // In the first replica: the revisions are the image's, and the database is one.
  // On this host it is given the database's address as its own container would be; elsewhere it has one.
  const inOneReplica = inFirst(everywhere(() => alembic().place));
  const alembicExec =
    (address: string | undefined): Exec =>
    async (command, options) =>
      inOneReplica(command, {
        ...options,
        ...(alembic().place.on === 'host' && address !== undefined
          ? { environment: { DATABASE_URL: address } }
          : {}),
      });

  return {
    target,
    probes: {
      network: createNetworkProbe(),
      tls: createTlsProbe(),
      http: createHttpProbe(
        () => need(target.api, 'api'),
        () => credentials.apiToken,
      ),
      certificate: createCertificateProbe(certificate, () => target.tls?.trust, certificateEverywhere),
      postgres: createPostgresProbe(database, readLogin),
      redis: createRedisProbe(redis, redisUrl),
      docker: containers,
      kubernetes: pods,
      nginx: probeEverywhere(nginx, { everywhere: nginxEverywhere, logs: nginxLogs }),
      alembic: createAlembicProbe(alembic, alembicExec(credentials.postgresUrl)),
      prometheus: createPrometheusProbe(() => need(target.prometheus, 'prometheus')),
      backup: createBackupProbe(backups),
    },
    actuators: {
      certificate: createCertificateActuator(certificate, certificateEverywhere),
      postgres: createPostgresActuator(changing, readLogin),
      redis: createRedisActuator(redis, () => credentials.redisFixUrl ?? redisUrl()),
      docker: createDockerActuator(docker),
      kubernetes: createKubernetesActuator(kubernetes, createPairReader(certificate, certificateEverywhere)),
      nginx: actuatorEverywhere(nginx, nginxEverywhere),
      alembic: createAlembicActuator(
        alembic,
        alembicExec(credentials.postgresFixUrl ?? credentials.postgresUrl),
      ),
      backup: createBackupActuator(backups, fixUrl, host),
    },
    ladders,
    policy: (occasion) => (occasion ? policyFor(policy, chooseLadder(ladders, occasion)) : policy),
    close: async () => {
      await Promise.all([database.close(), changing.close()]);
    },
  };
}

const policyFor = (policy: Policy, { name, escalation }: Chosen): Policy => ({
  ...policy,
  ...(name === undefined ? {} : { ladder: name }),
  escalation,
});

/** What the configuration says of a system, or the error that tells which key is missing. */
const needOf =
  (environment: string) =>
  <Setting>(setting: Setting | undefined, key: string): Setting => {
    if (setting !== undefined) return setting;
    throw new AdapterError(
      `${environment} has no ${key} configured: add environments.${environment}.${key} to paksa.yaml.`,
      { system: key, operation: 'look', fault: 'not-configured', retryable: false },
    );
  };

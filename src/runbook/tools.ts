/** What checks and fixes are given. Checks get probes alone: a diagnosis cannot change anything. */
import type { AlembicActuator, AlembicProbe } from '../adapters/alembic/port.ts';
import type { BackupActuator, BackupProbe } from '../adapters/backup/port.ts';
import type { CertificateActuator, CertificateProbe } from '../adapters/certificate/port.ts';
import type { DockerActuator, DockerProbe } from '../adapters/docker/port.ts';
import type { HttpProbe } from '../adapters/http/port.ts';
import type { KubernetesActuator, KubernetesProbe } from '../adapters/kubernetes/port.ts';
import type { NetworkProbe } from '../adapters/network/port.ts';
import type { NginxActuator, NginxProbe } from '../adapters/nginx/port.ts';
import type { PostgresActuator, PostgresProbe } from '../adapters/postgres/port.ts';
import type { PrometheusProbe } from '../adapters/prometheus/port.ts';
import type { RedisActuator, RedisProbe } from '../adapters/redis/port.ts';
import type { TlsProbe } from '../adapters/tls/port.ts';
import type { Target } from './target.ts';

export interface Probes {
  readonly network: NetworkProbe;
  readonly tls: TlsProbe;
  readonly http: HttpProbe;
  readonly certificate: CertificateProbe;
  readonly postgres: PostgresProbe;
  readonly redis: RedisProbe;
  readonly docker: DockerProbe;
  readonly kubernetes: KubernetesProbe;
  readonly nginx: NginxProbe;
  readonly alembic: AlembicProbe;
  readonly prometheus: PrometheusProbe;
  readonly backup: BackupProbe;
}

export interface Actuators {
  readonly certificate: CertificateActuator;
  readonly postgres: PostgresActuator;
  readonly redis: RedisActuator;
  readonly docker: DockerActuator;
  readonly kubernetes: KubernetesActuator;
  readonly nginx: NginxActuator;
  readonly alembic: AlembicActuator;
  readonly backup: BackupActuator;
}

/** The moment, the target, and when to stop. */
export interface Circumstances {
  readonly target: Target;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export type CheckContext = Probes & Circumstances;

/** Each system's probe and, where it has one, its actuator, under one name. */
export type Tools = Probes & Actuators;

export type FixContext = Tools &
  Circumstances & {
    readonly attempt: string;
    /** The `boundTo` that was approved: what has come up since is not part of it. Empty while a fix is taken back. */
    readonly approved: string;
  };

/** Puts each system's probe and actuator under its one name. */
export const equip = (probes: Probes, actuators: Actuators): Tools => ({
  ...probes,
  certificate: { ...probes.certificate, ...actuators.certificate },
  postgres: { ...probes.postgres, ...actuators.postgres },
  redis: { ...probes.redis, ...actuators.redis },
  docker: { ...probes.docker, ...actuators.docker },
  kubernetes: { ...probes.kubernetes, ...actuators.kubernetes },
  nginx: { ...probes.nginx, ...actuators.nginx },
  alembic: { ...probes.alembic, ...actuators.alembic },
  backup: { ...probes.backup, ...actuators.backup },
});

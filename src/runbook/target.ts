/**
 * One environment that Paksa looks after, as the configuration describes it, without its secrets: those are the adapters'
 * alone. What is unset is not there.
 */
import type { AlembicSettings } from '../adapters/alembic/port.ts';
import type { BackupSettings } from '../adapters/backup/port.ts';
import type { CertificateSettings } from '../adapters/certificate/port.ts';
import type { DockerSettings } from '../adapters/docker/port.ts';
import type { ApiSettings } from '../adapters/http/port.ts';
import type { KubernetesSettings } from '../adapters/kubernetes/port.ts';
import type { NginxSettings } from '../adapters/nginx/port.ts';
import type { PostgresSettings } from '../adapters/postgres/port.ts';
import type { PrometheusSettings } from '../adapters/prometheus/port.ts';
import type { RedisSettings } from '../adapters/redis/port.ts';
import type { TlsEndpoint } from '../adapters/tls/port.ts';

export type { Service } from '../adapters/exec/port.ts';

export interface Target {
  /** The environment's name, such as `production`. */
  readonly environment: string;
  readonly tls?: TlsEndpoint | undefined;
  readonly certificate?: CertificateSettings | undefined;
  readonly api?: ApiSettings | undefined;
  readonly postgres?: PostgresSettings | undefined;
  readonly redis?: RedisSettings | undefined;
  readonly docker?: DockerSettings | undefined;
  readonly kubernetes?: KubernetesSettings | undefined;
  readonly nginx?: NginxSettings | undefined;
  readonly alembic?: AlembicSettings | undefined;
  readonly prometheus?: PrometheusSettings | undefined;
  readonly backups?: BackupSettings | undefined;
}

/** What paksa.yaml says of the lab's systems, with the variables that its secrets are in. */
import { stringify } from 'yaml';
import { type Config, loadConfig } from '../../src/config.ts';
import type { CertbotStack } from './certbot-stack.ts';
import type { ClusterStack } from './cluster-stack.ts';
import type { ComposeStack } from './compose-stack.ts';

export interface Described {
  /** The block under `environments`. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, string>>;
}

/** The query that the guide's index is for. */
const SLOW = '/api/v1/invoices?tenant_id=3';

export const composeEnvironment = (stack: ComposeStack): Described => ({
  environment: {
    api: { url: stack.nginxUrl, paths: { slow: SLOW }, tokenEnv: 'COMPOSE_TOKEN' },
    postgres: { urlEnv: 'COMPOSE_DATABASE_URL' },
    redis: { urlEnv: 'COMPOSE_REDIS_URL' },
    docker: { socketPath: stack.lab.docker.socketPath, project: stack.project },
    nginx: { place: { on: 'container', service: 'nginx' } },
    alembic: { place: { on: 'container', service: 'backend' }, config: '/app/alembic.ini' },
  },
  variables: {
    COMPOSE_TOKEN: stack.token(),
    COMPOSE_DATABASE_URL: stack.databaseUrl,
    COMPOSE_REDIS_URL: stack.redisUrl,
  },
});

export const clusterEnvironment = (stack: ClusterStack): Described => ({
  environment: {
    tls: stack.tls,
    certificate: stack.certificate,
    api: {
      url: `https://${stack.tls.host}:${stack.tls.port}`,
      trust: stack.tls.trust,
      paths: { slow: SLOW },
      tokenEnv: 'CLUSTER_TOKEN',
    },
    postgres: { urlEnv: 'CLUSTER_DATABASE_URL' },
    redis: { urlEnv: 'CLUSTER_REDIS_URL' },
    kubernetes: {
      kubeconfig: stack.lab.kubernetes.botKubeconfig,
      namespace: stack.namespace,
      jwtSecret: { name: 'paksa-secrets' },
      workloads: {
        backend: { kind: 'deployment', name: 'paksa-backend' },
        postgres: { kind: 'statefulset', name: 'postgres-primary' },
        nginx: { kind: 'deployment', name: 'nginx-ingress-controller' },
        redis: { kind: 'deployment', name: 'redis' },
      },
      databaseSecret: { name: 'paksa-secrets' },
    },
    nginx: { place: { on: 'pod', service: 'nginx' } },
    alembic: { place: { on: 'pod', service: 'backend' }, config: '/app/alembic.ini' },
  },
  variables: {
    CLUSTER_TOKEN: stack.token(),
    CLUSTER_DATABASE_URL: stack.databaseUrl,
    CLUSTER_REDIS_URL: stack.redisUrl,
  },
});

export const certbotEnvironment = (stack: CertbotStack): Described => ({
  environment: {
    tls: stack.tls,
    certificate: stack.certificate,
    docker: {
      socketPath: stack.lab.docker.socketPath,
      project: stack.project,
      services: { nginx: { service: 'nginx' } },
    },
    nginx: { place: { on: 'container', service: 'nginx' } },
  },
  variables: {},
});

/** Who may approve in the lab; the second one where it takes two. */
export const APPROVER = 'UAPPROVER';
export const SECOND_APPROVER = 'USECOND';

/** A paksa.yaml with these environments, and a ladder that pages at once. */
export const fileOf = (environments: Readonly<Record<string, Described>>): string =>
  stringify({
    environments: Object.fromEntries(
      Object.entries(environments).map(([name, { environment }]) => [name, environment]),
    ),
    ladder: {
      firstPageAfter: '1h',
      levels: [
        { name: 'Development team', responders: [{ user: 'ULEVEL1' }] },
        { name: 'DevOps/Infrastructure team', responders: [{ user: 'ULEVEL2' }] },
      ],
    },
    approvals: { approvers: [{ user: APPROVER }, { user: SECOND_APPROVER }] },
  });

/** What `fileOf` says, read as any other is. */
export function configurationOf(environments: Readonly<Record<string, Described>>): Config {
  const variables = Object.values(environments).map((described) => described.variables);
  return loadConfig({ env: Object.assign({}, ...variables), readFile: () => fileOf(environments) });
}

/** What was measured on what: the versions as the systems themselves say them. */
import { VersionApi } from '@kubernetes/client-node';
import type { CertbotStack } from './certbot-stack.ts';
import type { ClusterStack } from './cluster-stack.ts';
import type { ComposeService, ComposeStack } from './compose-stack.ts';
import { connectEngine } from './docker/engine.ts';

type Run = (service: ComposeService, argv: readonly string[]) => Promise<{ stdout: string; stderr: string }>;

const WORKLOADS = {
  postgres: 'statefulset/postgres-primary',
  redis: 'deployment/redis',
  backend: 'deployment/paksa-backend',
  nginx: 'deployment/nginx-ingress-controller',
} as const;

export async function versionsUnderCompose(stack: ComposeStack): Promise<Readonly<Record<string, string>>> {
  const { Version } = await connectEngine().version();
  return { Docker: Version, ...(await programs((service, argv) => stack.exec(service, argv))) };
}

export async function versionsInCluster(stack: ClusterStack): Promise<Readonly<Record<string, string>>> {
  const { gitVersion } = await stack.cluster.config.makeApiClient(VersionApi).getCode();
  return {
    Kubernetes: numberIn(gitVersion),
    ...(await programs((service, argv) => stack.exec(WORKLOADS[service], argv))),
  };
}

export async function versionOfCertbot({ lineage }: CertbotStack): Promise<Readonly<Record<string, string>>> {
  return { certbot: numberIn(await lineage.certbot('--version')) };
}

async function programs(run: Run): Promise<Readonly<Record<string, string>>> {
  const ask = async (service: ComposeService, ...argv: readonly string[]) => {
    const { stdout, stderr } = await run(service, argv);
    return numberIn(stdout + stderr);
  };
  return {
    PostgreSQL: await ask('postgres', 'psql', '--version'),
    Redis: await ask('redis', 'redis-server', '--version'),
    nginx: await ask('nginx', 'nginx', '-v'),
    Alembic: await ask('backend', 'alembic', '--version'),
  };
}

const numberIn = (text: string): string => /\d+(\.\d+)+/.exec(text)?.[0] ?? 'of an unknown version';

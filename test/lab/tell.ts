/** What is where, for the terminal: each system as a block of paksa.yaml, and how to look at it by hand. */
import { stringify } from 'yaml';
import type { ClusterStack } from './cluster-stack.ts';
import type { ComposeStack } from './compose-stack.ts';
import type { Lab } from './lab.ts';

const block = (content: unknown): string =>
  stringify(content, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');

export function tellOfLab({ docker, kubernetes, attached }: Lab): string {
  return [
    '',
    `  Docker      ${docker.socketPath}${docker.own ? ', the lab’s own engine' : ''}`,
    `  Kubernetes  ${kubernetes.server}, one node: ${kubernetes.node}`,
    `    as admin  export KUBECONFIG=${kubernetes.adminKubeconfig}`,
    `    as Paksa  export KUBECONFIG=${kubernetes.botKubeconfig}`,
    ...(attached ? ['  They belong to a lab that was up already, and stay.'] : []),
    '',
  ].join('\n');
}

export function tellOfCompose(stack: ComposeStack): string {
  const environment = {
    api: { url: stack.nginxUrl },
    postgres: { url: stack.databaseUrl },
    redis: { url: stack.redisUrl },
    docker: { socketPath: stack.lab.docker.socketPath, project: stack.project },
  };
  return [
    '',
    `  Under docker-compose (${stack.composeFile}):`,
    '',
    block({ compose: environment }),
    `    JWT_SECRET_KEY=${stack.jwtSecret}`,
    `    curl -H "Authorization: Bearer ${stack.token()}" ${stack.nginxUrl}/auth/verify`,
    '',
  ].join('\n');
}

export function tellOfCluster(stack: ClusterStack): string {
  const { host, port, servername, trust } = stack.tls;
  const environment = {
    tls: { host, port, servername, trust },
    certificate: stack.certificate,
    postgres: { url: stack.databaseUrl },
    redis: { url: stack.redisUrl },
    kubernetes: { kubeconfig: stack.lab.kubernetes.botKubeconfig, namespace: stack.namespace },
  };
  return [
    '',
    '  In the cluster:',
    '',
    block({ cluster: environment }),
    `    JWT_SECRET_KEY=${stack.jwtSecret}`,
    `    curl --cacert ${trust} --resolve ${servername}:${port}:${host} https://${servername}:${port}/health`,
    '',
  ].join('\n');
}

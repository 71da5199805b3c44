/** What is where, for the terminal: each system as its block of paksa.yaml, and how to look at it by hand. */
import { stringify } from 'yaml';
import type { ClusterStack } from './cluster-stack.ts';
import type { ComposeStack } from './compose-stack.ts';
import { clusterEnvironment, composeEnvironment, type Described } from './configuration.ts';

export const tellOfCompose = (stack: ComposeStack): string =>
  indented([
    `Under docker-compose, in ${stack.folder}; in paksa.yaml:`,
    ...described('compose', composeEnvironment(stack)),
    `JWT_SECRET_KEY=${stack.jwtSecret}`,
    `curl -H "Authorization: Bearer $COMPOSE_TOKEN" ${stack.nginxUrl}/auth/verify`,
  ]);

export function tellOfCluster(stack: ClusterStack): string {
  const { host, port, servername, trust } = stack.tls;
  return indented([
    `In the cluster, namespace ${stack.namespace}; in paksa.yaml:`,
    ...described('cluster', clusterEnvironment(stack)),
    `JWT_SECRET_KEY=${stack.jwtSecret}`,
    `curl --cacert ${trust} --resolve ${servername}:${port}:${host} https://${servername}:${port}/health`,
  ]);
}

const described = (name: string, { environment, variables }: Described): string[] => [
  '',
  ...stringify({ [name]: environment }, { lineWidth: 0 })
    .trimEnd()
    .split('\n'),
  '',
  ...Object.entries(variables).map(([variable, value]) => `export ${variable}='${value}'`),
];

const indented = (lines: readonly string[]): string =>
  `\n${lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')}`;

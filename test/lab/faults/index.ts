/** Every fault of the lab, by the stack that it is brought about in. */
import type { CertbotStack } from '../certbot-stack.ts';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import * as authFailures from './auth-failures.ts';
import * as certbot from './certbot.ts';
import * as connectionRefused from './connection-refused.ts';
import * as dataCorruption from './data-corruption.ts';
import * as highCpu from './high-cpu.ts';
import * as highMemory from './high-memory.ts';
import * as loadBalancer from './load-balancer.ts';
import * as migrations from './migrations.ts';
import * as slowApi from './slow-api.ts';
import * as slowQueries from './slow-queries.ts';
import * as ssl from './ssl.ts';

export const COMPOSE_DATABASE_FAULTS: readonly Fault<ComposeStack>[] = [
  ...connectionRefused.composeFaults,
  ...slowQueries.composeFaults,
  ...dataCorruption.composeFaults,
  ...migrations.composeFaults,
];

export const COMPOSE_SERVICE_FAULTS: readonly Fault<ComposeStack>[] = [
  ...highMemory.composeFaults,
  ...authFailures.composeFaults,
  ...slowApi.composeFaults,
  ...highCpu.composeFaults,
  ...loadBalancer.composeFaults,
];

export const COMPOSE_FAULTS: readonly Fault<ComposeStack>[] = [
  ...COMPOSE_DATABASE_FAULTS,
  ...COMPOSE_SERVICE_FAULTS,
];

export const CLUSTER_FAULTS: readonly Fault<ClusterStack>[] = [
  ...connectionRefused.clusterFaults,
  ...highMemory.clusterFaults,
  ...authFailures.clusterFaults,
  ...slowApi.clusterFaults,
  ...highCpu.clusterFaults,
  ...loadBalancer.clusterFaults,
  ...ssl.clusterFaults,
];

export const CERTBOT_FAULTS: readonly Fault<CertbotStack>[] = certbot.certbotFaults;

/** The topics, in the order in which help lists them. Adding one is a line here. */
import { catalog } from '../src/runbook/define.ts';
import { authFailures } from './auth-failures.ts';
import { connectionRefused } from './connection-refused.ts';
import { dataCorruption } from './data-corruption.ts';
import { dataLoss } from './emergencies/data-loss.ts';
import { securityBreach } from './emergencies/security-breach.ts';
import { systemDown } from './emergencies/system-down.ts';
import { highCpu } from './high-cpu.ts';
import { highMemory } from './high-memory.ts';
import { loadBalancer } from './load-balancer.ts';
import { migrations } from './migrations.ts';
import { slowApi } from './slow-api.ts';
import { slowQueries } from './slow-queries.ts';
import { ssl } from './ssl.ts';

export const topics = catalog([
  connectionRefused,
  slowQueries,
  highMemory,
  authFailures,
  slowApi,
  highCpu,
  loadBalancer,
  ssl,
  dataCorruption,
  migrations,
  systemDown,
  dataLoss,
  securityBreach,
]);

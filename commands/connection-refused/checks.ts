/**
 * What the topic `connection-refused` looks at, from the outside in: the replicas, the address, the name, the port, the
 * login, a query. What is down is told where it is down; what could not be looked at because of it is inconclusive.
 */
import { replicaCheck } from '../parts/replicas.ts';
import { addressCheck } from './address.ts';
import { connections } from './connections.ts';
import { diskCheck } from './disk.ts';
import { fromBackendCheck } from './from-backend.ts';
import { logCheck } from './log.ts';
import { login } from './login.ts';
import { dns, tcp } from './network.ts';
import { query, recovery } from './standing.ts';

export const checks = {
  containers: replicaCheck('docker', 'postgres', ['restart-container']),
  pods: replicaCheck('kubernetes', 'postgres', ['restart-statefulset']),
  'address-docker': addressCheck('docker'),
  'address-kubernetes': addressCheck('kubernetes'),
  dns,
  tcp,
  login,
  query,
  connections,
  'disk-docker': diskCheck('docker'),
  'disk-kubernetes': diskCheck('kubernetes'),
  recovery,
  'log-docker': logCheck('docker'),
  'log-kubernetes': logCheck('kubernetes'),
  'from-backend-docker': fromBackendCheck('docker'),
  'from-backend-kubernetes': fromBackendCheck('kubernetes'),
};

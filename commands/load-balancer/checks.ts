/** What the topic `load-balancer` looks at: the way through, each replica behind it, nginx itself, and who gets requests. */
import { replicaCheck } from '../parts/replicas.ts';
import { through } from '../parts/through.ts';
import { healthCheck } from './backend.ts';
import { config, errors, upstreams } from './nginx.ts';
import { endpoints, readiness } from './traffic.ts';

export const checks = {
  through,
  'container-health': healthCheck('docker'),
  'pod-health': healthCheck('kubernetes'),
  'nginx-containers': replicaCheck('docker', 'nginx', ['restart-nginx']),
  'nginx-pods': replicaCheck('kubernetes', 'nginx', ['restart-ingress']),
  config,
  errors,
  upstreams,
  endpoints,
  readiness,
};

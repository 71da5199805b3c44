/** What the topic `load-balancer` looks at: the way through, each replica behind it, nginx itself, who gets requests, and how many fail. */
import { replicaCheck } from '../parts/replicas.ts';
import { through } from '../parts/through.ts';
import { healthCheck } from './backend.ts';
import { errorRate } from './error-rate.ts';
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
  'error-rate': errorRate,
  upstreams,
  endpoints,
  readiness,
};

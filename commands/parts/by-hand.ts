/** Commands for a person to type, with the target's own names; the guide's, where the target does not say. */
import type { Service, Target } from '../../src/runbook/target.ts';

const GUIDES = {
  namespace: 'paksa-financial',
  workloads: {
    backend: { kind: 'deployment', name: 'paksa-backend' },
    postgres: { kind: 'statefulset', name: 'postgres-primary' },
    redis: { kind: 'deployment', name: 'redis' },
    nginx: { kind: 'deployment', name: 'nginx-ingress-controller' },
  },
} as const;

type Workload = NonNullable<NonNullable<Target['kubernetes']>['workloads'][Service]>;

const workloadOf = ({ kubernetes }: Target, service: Service): Workload =>
  kubernetes?.workloads[service] ?? GUIDES.workloads[service];

/** `kubectl -n paksa-financial`. */
export const kubectl = (target: Target, service: Service = 'backend'): string =>
  `kubectl -n ${workloadOf(target, service).namespace ?? target.kubernetes?.namespace ?? GUIDES.namespace}`;

/** `deployment/paksa-backend`. */
export const workload = (target: Target, service: Service): string => {
  const { kind, name } = workloadOf(target, service);
  return `${kind}/${name}`;
};

/** `docker compose`, of the target's project. */
export const compose = ({ docker }: Target): string =>
  docker?.project === undefined ? 'docker compose' : `docker compose -p ${docker.project}`;

/** Such as `kubectl … exec -it statefulset/postgres-primary -- psql -U postgres`, for each platform that runs the service. */
export function within(target: Target, service: Service, command: string): string {
  const { kubernetes, docker } = target;
  const isAnywhere = kubernetes?.workloads[service] !== undefined || docker?.services[service] !== undefined;
  const inPod = `${kubectl(target, service)} exec -it ${workload(target, service)} -- ${command}`;
  const ref = docker?.services[service] ?? { service };
  const inContainer =
    'container' in ref
      ? `docker exec -it ${ref.container} ${command}`
      : `${compose(target)} exec ${ref.service} ${command}`;
  return [
    ...(kubernetes?.workloads[service] || !isAnywhere ? [inPod] : []),
    ...(docker?.services[service] || !isAnywhere ? [inContainer] : []),
  ].join(', or ');
}

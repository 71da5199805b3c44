/** Objects of a cluster, as short as they can be: programs of the lab's base image under a Deployment or StatefulSet. */
import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { BASE_IMAGE } from '../../docker/base-image.ts';

export interface WorkloadOptions {
  readonly command: readonly string[];
  readonly replicas?: number;
  readonly container?: Partial<V1Container>;
  readonly pod?: Partial<V1PodSpec>;
  /** Beside `replicas`, `selector` and `template`. */
  readonly spec?: object;
}

/** Ends at once when it is told to, as a test has no time. */
const template = (name: string, { command, container, pod }: WorkloadOptions) => ({
  metadata: { labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: BASE_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: [...command],
        ...container,
      },
    ],
    ...pod,
  },
});

export const deployment = (name: string, options: WorkloadOptions) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: options.replicas ?? 1,
    selector: { matchLabels: { app: name } },
    template: template(name, options),
    ...options.spec,
  },
});

export const statefulSet = (name: string, options: WorkloadOptions) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    serviceName: name,
    replicas: options.replicas ?? 1,
    selector: { matchLabels: { app: name } },
    template: template(name, options),
    ...options.spec,
  },
});

/** A pod that nothing manages. */
export const barePod = (name: string, labels: Record<string, string>, options: WorkloadOptions) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: template(name, options).spec,
});

export const service = (name: string, app: string, port: number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app }, ports: [{ port, targetPort: port, protocol: 'TCP' }] },
});

/** `data` in plain text. */
export const secret = (name: string, data: Readonly<Record<string, string>>, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
  ...more,
});

export const IDLE = ['sleep', 'infinity'] as const;

/** Serves its root folder on port 8000. */
export const SERVE = ['python3', '-m', 'http.server', '8000'] as const;

export const script = (text: string): readonly string[] => ['sh', '-c', text];

export const readyWhen = (path: string, figures: object = {}): Partial<V1Container> => ({
  readinessProbe: { httpGet: { path, port: 8000 }, periodSeconds: 1, ...figures },
});

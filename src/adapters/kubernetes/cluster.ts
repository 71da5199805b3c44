/** The cluster as one call sees it: typed clients whose every request obeys that call's signal. */
import type {
  AppsV1Api,
  AutoscalingV1Api,
  ConfigurationOptions,
  CoreV1Api,
  NetworkingV1Api,
  PatchStrategy,
} from '@kubernetes/client-node';
import { type Access, createAccess, driver } from './kubeconfig.ts';
import type { KubernetesSettings } from './port.ts';
import { type Incoming, send } from './transport.ts';

export interface Cluster {
  readonly settings: KubernetesSettings;
  readonly access: Access;
  readonly signal: AbortSignal;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly autoscaling: AutoscalingV1Api;
  readonly networking: NetworkingV1Api;
  /** How a patch is meant: the last argument of the clients' `patch…`. */
  as(strategy: keyof typeof PatchStrategy): ConfigurationOptions;
  /** A path that the typed clients do not have, or whose answer is taken piece by piece. */
  get(
    path: string,
    query: Readonly<Record<string, string>>,
    sink?: (chunk: Buffer) => void,
  ): Promise<Incoming>;
}

/** Under which Paksa's writes are listed in an object's `managedFields`. */
export const FIELD_MANAGER = 'paksa';

/** On every object that Paksa made: no other is ever deleted. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'paksa' } as const;

/** @throws AdapterError not-configured, forbidden */
export type OpenCluster = (signal: AbortSignal) => Promise<Cluster>;

export function createCluster(settings: () => KubernetesSettings): OpenCluster {
  const accessOf = createAccess();
  return async (signal) => {
    const now = settings();
    const access = await accessOf(now);
    const k8s = await driver();
    const httpApi = k8s.wrapHttpLibrary({
      send: async (request) => {
        const body = request.getBody();
        const answer = await send(
          access,
          {
            method: request.getHttpMethod(),
            url: new URL(request.getUrl()),
            headers: request.getHeaders(),
            body: typeof body === 'string' ? body : undefined,
          },
          signal,
        );
        const content = new k8s.SelfDecodingBody(Promise.resolve(answer.body));
        return new k8s.ResponseContext(answer.status, answer.headers, content);
      },
    });
    const baseServer = new k8s.ServerConfiguration(access.server, {});
    const configuration = k8s.createConfiguration({ baseServer, httpApi });
    return {
      settings: now,
      access,
      signal,
      core: new k8s.CoreV1Api(configuration),
      apps: new k8s.AppsV1Api(configuration),
      autoscaling: new k8s.AutoscalingV1Api(configuration),
      networking: new k8s.NetworkingV1Api(configuration),
      as: (strategy) => k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy[strategy]),
      get: (path, query, sink) => {
        const url = new URL(access.server + path);
        for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
        return send(access, { method: 'GET', url, sink }, signal);
      },
    };
  };
}

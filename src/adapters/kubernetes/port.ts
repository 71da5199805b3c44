/** What Paksa asks of a cluster: the workloads of one namespace, its service and secrets, and the ingress controller before it. */
import type { Placed, Service } from '../exec/port.ts';
import type { Limits, RuntimeActuator, RuntimeProbe } from '../runtime/port.ts';
import type { Certificate } from '../tls/port.ts';

export interface WorkloadRef {
  readonly kind: 'deployment' | 'statefulset';
  readonly name: string;
  /** The cluster's namespace when unset. */
  readonly namespace?: string | undefined;
  /** The container meant, where a pod has several; the first when unset. */
  readonly container?: string | undefined;
}

export interface KubernetesSettings {
  /** Absolute path; the pod's own service account when unset. */
  readonly kubeconfig?: string | undefined;
  /** The kubeconfig's current one when unset. */
  readonly context?: string | undefined;
  readonly namespace: string;
  readonly workloads: Readonly<Partial<Record<Placed, WorkloadRef | undefined>>>;
  /** The Service in front of the backend. */
  readonly backendService: string;
  readonly tlsSecret: string;
  /** The secret that the backend's tokens are signed with; absent: it is not in a secret of the cluster. */
  readonly jwtSecret?: { readonly name: string; readonly key: string } | undefined;
  /** The secret that the backend logs in to its database with; absent: it is not in a secret of the cluster. */
  readonly databaseSecret?: DatabaseSecret | undefined;
}

/** A secret that holds the address of a database with a role and its password, or, with `user`, that role's password alone. */
export interface DatabaseSecret {
  readonly name: string;
  readonly key: string;
  readonly user?: string | undefined;
}

export interface TlsSecret {
  readonly name: string;
  readonly namespace: string;
  /** Changes with every write. */
  readonly resourceVersion: string;
  /** The first certificate in it. */
  readonly leaf: Certificate;
}

export interface Workload {
  readonly kind: WorkloadRef['kind'];
  readonly name: string;
  readonly namespace: string;
  /** Changes with every write, the status's too. */
  readonly resourceVersion: string;
  /** Changes with every change of what is wanted. */
  readonly generation: number;
  /** Wanted. */
  readonly replicas: number;
  readonly ready: number;
  /** Run what is wanted now. */
  readonly updated: number;
  readonly limits: { readonly memoryBytes?: number; readonly cpuMillicores?: number };
  readonly readiness?: Readiness;
  /** Why it does not come up, in the controller's words, such as `ProgressDeadlineExceeded: …`. */
  readonly trouble?: string;
  /** That Paksa scaled it down, while it still is. */
  readonly scaledDown?: ScaledDown;
}

export interface ScaledDown {
  /** Replicas that were wanted before. */
  readonly from: number;
  readonly at: Date;
}

/** A HorizontalPodAutoscaler. */
export interface Autoscaler {
  readonly name: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** A readiness probe's figures. */
export interface Readiness {
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** What differs between two pod templates, for people; of a variable its name alone. */
export interface TemplateChange {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** One pod template of a deployment, as a ReplicaSet keeps it. */
export interface Revision {
  /** Counts up with every rollout: going back to a template gives it a new one. */
  readonly number: number;
  /** The hash of the template, which stays the same. */
  readonly template: string;
  /** When it was rolled out for the first time. */
  readonly since: Date;
  /** Names of its pods, but for those on their way out. */
  readonly pods: readonly string[];
  /** How many of them are ready. */
  readonly ready: number;
  /** What going back to it would change; nothing where only a restart lies between. */
  readonly changes: readonly TemplateChange[];
}

export interface RolloutHistory {
  readonly name: string;
  readonly namespace: string;
  /** Wanted. */
  readonly replicas: number;
  readonly paused: boolean;
  /** What is wanted now. */
  readonly current: Revision;
  /** The newest first, 20 at most. */
  readonly earlier: readonly Revision[];
}

export interface Endpoints {
  readonly service: string;
  /** Addresses that get traffic, as `10.1.2.3:8000 (pod)`. */
  readonly ready: readonly string[];
  readonly notReady: readonly string[];
}

/** A pod of the namespace, whatever it belongs to. */
export interface Pod {
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** The worst container's reason, such as `CrashLoopBackOff`. */
  readonly why?: string;
  /** Of one that was evicted: what its node was short of, in the kubelet's words, and when. */
  readonly evicted?: { readonly says: string; readonly at?: Date };
  /** The workload that made it, such as `deployment/paksa-backend`; absent for a bare pod. */
  readonly owner?: string;
}

export interface ServiceSummary {
  readonly name: string;
  readonly type: string;
  readonly readyAddresses: number;
  /** Without one it has no endpoints by design. */
  readonly hasSelector: boolean;
}

/** What a pod uses of its CPU limit, and how often the kernel holds it back for it. */
export interface Throttling {
  readonly replica: string;
  readonly limits: Limits;
  /** Within a second; absent where it has no CPU limit, or nothing in it can tell. */
  readonly cpuMillicores?: number;
  /** Share of the quota's periods, 0 to 1, within a second. Absent as that is. */
  readonly throttled?: number;
}

export interface KubernetesProbe extends RuntimeProbe {
  /** The target's TLS secret. @throws AdapterError not-configured, unreachable, forbidden (naming the right), not-found */
  tlsSecret(signal: AbortSignal): Promise<TlsSecret>;
  /** What is wanted of a service's workload, and what is there. @throws AdapterError */
  workload(service: Service, signal: AbortSignal): Promise<Workload>;
  /** Who decides how many replicas a service has; undefined when nobody does, or Paksa may not list them. @throws AdapterError */
  autoscaler(service: Service, signal: AbortSignal): Promise<Autoscaler | undefined>;
  /** Of each running pod, read inside it. @throws AdapterError */
  throttling(service: Service, signal: AbortSignal): Promise<readonly Throttling[]>;
  /** The templates that a service's deployment has and had. @throws AdapterError refused for a stateful set */
  history(service: Service, signal: AbortSignal): Promise<RolloutHistory>;
  /** Has the cluster try what `rollBack` would write, by a server-side dry run. @throws AdapterError when it would not take it */
  rehearseRollBack(service: Service, template: string, signal: AbortSignal): Promise<void>;
  /** Of the Service in front of the backend. @throws AdapterError */
  endpoints(signal: AbortSignal): Promise<Endpoints>;
  /** Every pod of the namespace. @throws AdapterError */
  pods(signal: AbortSignal): Promise<readonly Pod[]>;
  /** Every Service of the namespace. @throws AdapterError */
  services(signal: AbortSignal): Promise<readonly ServiceSummary[]>;
  /** Whether the network policy that cuts the backend off is in force. @throws AdapterError */
  isIsolated(signal: AbortSignal): Promise<boolean>;
  /** A fingerprint of a secret's value, the same for the same value within one run of Paksa. @throws AdapterError not-found */
  secretFingerprint(name: string, key: string, signal: AbortSignal): Promise<string>;
  /** Of a secret: changes with every write, and is the same for every replica of Paksa. @throws AdapterError not-found */
  secretVersion(name: string, signal: AbortSignal): Promise<string>;
}

export interface KubernetesActuator extends RuntimeActuator {
  /**
   * Wants that many replicas, and waits until they are ready. Once. With an autoscaler only to 0, where it rests, and back
   * from there, where it decides how many. @throws AdapterError refused where an autoscaler would scale back
   */
  scale(service: Service, replicas: number, signal: AbortSignal): Promise<void>;
  /** Patches the readiness probe, and waits for the rollout. Once. @throws AdapterError */
  setReadiness(service: Service, readiness: Readiness, signal: AbortSignal): Promise<void>;
  /**
   * Makes an earlier template the one that is wanted, as `kubectl rollout undo` does, and waits for the rollout; with
   * `untilReady` false only until it has begun, for one that did not come up before. Once. @throws AdapterError not-found
   * when the cluster has not kept it, refused for a deployment that is paused
   */
  rollBack(
    service: Service,
    template: string,
    options: { readonly untilReady: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /** Copies the TLS secret inside the cluster, under a name made from `label`; resolves with that name. @throws AdapterError */
  keepTlsSecret(label: string, signal: AbortSignal): Promise<string>;
  /** Puts the installed certificate and its key into the TLS secret, server-side apply after a dry run. Once. @throws AdapterError */
  applyTlsSecret(signal: AbortSignal): Promise<void>;
  /** Puts a kept copy back. @throws AdapterError */
  restoreTlsSecret(kept: string, signal: AbortSignal): Promise<void>;
  /** Denies all traffic to and from the backend's pods, by a NetworkPolicy of Paksa's own. Once. @throws AdapterError */
  isolate(signal: AbortSignal): Promise<void>;
  /** Removes that policy. @throws AdapterError */
  rejoin(signal: AbortSignal): Promise<void>;
  /** Copies a secret under a name made from `label`; resolves with that name. @throws AdapterError */
  keepSecret(name: string, label: string, signal: AbortSignal): Promise<string>;
  /** Puts a newly generated random value of 64 characters under that key; nobody is shown it. Once. @throws AdapterError */
  rotateSecret(name: string, key: string, signal: AbortSignal): Promise<void>;
  restoreSecret(name: string, kept: string, signal: AbortSignal): Promise<void>;
  /**
   * Puts a newly generated random password of 64 characters in the place of the one that a secret holds, percent-encoded and
   * with nothing else changed; nobody is shown it. Once. @throws AdapterError not-found, refused where there is none in it
   */
  rotatePassword(secret: DatabaseSecret, signal: AbortSignal): Promise<void>;
}

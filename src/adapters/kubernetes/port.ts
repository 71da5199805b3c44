/** What Paksa asks of a cluster for the topic `ssl`: its TLS secret, and the ingress controller that serves it. */
import type { Certificate } from '../tls/port.ts';

export interface TlsSecret {
  readonly name: string;
  readonly namespace: string;
  /** Changes with every write. */
  readonly resourceVersion: string;
  /** The first certificate in it. */
  readonly leaf: Certificate;
}

export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly resourceVersion: string;
  readonly replicas: number;
  readonly ready: number;
}

export interface KubernetesProbe {
  /** The target's TLS secret. @throws AdapterError not-configured, unreachable, forbidden (naming the right), not-found */
  tlsSecret(signal: AbortSignal): Promise<TlsSecret>;
  /** The deployment of the target's ingress controller. @throws AdapterError */
  ingressController(signal: AbortSignal): Promise<Workload>;
}

export interface KubernetesActuator {
  /** Copies the TLS secret inside the cluster, under a name made from `label`; resolves with that name. @throws AdapterError */
  keepTlsSecret(label: string, signal: AbortSignal): Promise<string>;
  /** Puts the certificate and key on disk into the TLS secret, server-side apply after a dry run. Once. @throws AdapterError */
  applyTlsSecret(signal: AbortSignal): Promise<void>;
  /** Puts a kept copy back. @throws AdapterError */
  restoreTlsSecret(kept: string, signal: AbortSignal): Promise<void>;
  /** Rolls the ingress controller's pods over, and waits until the new ones are ready. Once. @throws AdapterError */
  restartIngressController(signal: AbortSignal): Promise<void>;
}

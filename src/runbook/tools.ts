/** What checks and fixes are given. Checks get probes alone: a diagnosis cannot change anything. */
import type { CertificateActuator, CertificateProbe } from '../adapters/certificate/port.ts';
import type { HttpProbe } from '../adapters/http/port.ts';
import type { KubernetesActuator, KubernetesProbe } from '../adapters/kubernetes/port.ts';
import type { TlsProbe } from '../adapters/tls/port.ts';
import type { Target } from './target.ts';

export interface Probes {
  readonly tls: TlsProbe;
  readonly http: HttpProbe;
  readonly certificate: CertificateProbe;
  readonly kubernetes: KubernetesProbe;
}

export interface Actuators {
  readonly certificate: CertificateActuator;
  readonly kubernetes: KubernetesActuator;
}

/** The moment, the target, and when to stop. */
export interface Circumstances {
  readonly target: Target;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export type CheckContext = Probes & Circumstances;

/** Each system's probe and, where it has one, its actuator, under one name. */
export type FixContext = Probes & Actuators & Circumstances & { readonly attempt: string };

/** The environments of paksa.yaml with their adapters. What an environment lacks answers “not configured”, and says where to add it. */
import { createCertificateActuator } from './adapters/certificate/actuator.ts';
import type { CertificateActuator, CertificateProbe } from './adapters/certificate/port.ts';
import { createCertificateProbe } from './adapters/certificate/probe.ts';
import { createHttpProbe } from './adapters/http/probe.ts';
import type { KubernetesActuator, KubernetesProbe } from './adapters/kubernetes/port.ts';
import { createTlsProbe } from './adapters/tls/probe.ts';
import type { Estate } from './engine/ports.ts';
import { AdapterError, UserError } from './errors.ts';
import type { Target } from './runbook/target.ts';
import type { Actuators, Probes } from './runbook/tools.ts';

export function createEstate(targets: readonly Target[]): Estate {
  const byName = new Map(targets.map((target) => [target.environment, equip(target)]));
  const find = (environment: string) => {
    const equipped = byName.get(environment);
    if (!equipped)
      throw new UserError(
        `The environment “${environment}” is not in paksa.yaml any more: put it back, or resolve this.`,
      );
    return equipped;
  };
  return {
    environments: [...byName.keys()],
    target: (environment) => find(environment).target,
    probes: (environment) => find(environment).probes,
    actuators: (environment) => find(environment).actuators,
  };
}

interface Equipped {
  readonly target: Target;
  readonly probes: Probes;
  readonly actuators: Actuators;
}

function equip(target: Target): Equipped {
  const absent = absence(target.environment);
  const { certificate } = target;
  const cluster = absent<KubernetesProbe & KubernetesActuator>('kubernetes', {
    tlsSecret: 'tls secret',
    ingressController: 'ingress controller',
    keepTlsSecret: 'tls secret',
    applyTlsSecret: 'tls secret',
    restoreTlsSecret: 'tls secret',
    restartIngressController: 'ingress controller',
  });
  return {
    target,
    probes: {
      tls: createTlsProbe(),
      http: createHttpProbe(),
      certificate: certificate
        ? createCertificateProbe(certificate.files, certificate.authority)
        : absent<CertificateProbe>('certificate', { installed: 'read', plan: 'plan' }),
      kubernetes: cluster,
    },
    actuators: {
      certificate: certificate
        ? createCertificateActuator(certificate.files, certificate.authority)
        : absent<CertificateActuator>('certificate', {
            backup: 'backup',
            renew: 'renew',
            restore: 'restore',
          }),
      kubernetes: cluster,
    },
  };
}

type Refusing<Port> = { [Call in keyof Port]: Port[Call] & (() => Promise<never>) };

/** A port whose every call refuses: `calls` names them, with what each would have done. */
const absence =
  (environment: string) =>
  <Port>(system: string, calls: Record<keyof Port & string, string>): Refusing<Port> => {
    const refusing = Object.entries<string>(calls).map(([name, operation]) => [
      name,
      async () => {
        throw new AdapterError(
          `${environment} has no ${system} configured: add environments.${environment}.${system} to paksa.yaml.`,
          { system, operation, fault: 'not-configured', retryable: false },
        );
      },
    ]);
    return Object.fromEntries(refusing);
  };

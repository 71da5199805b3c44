/** Changes a cluster: each call acts once, and waits until what it changed is as it was wanted. */
import type { ReadPair } from '../certificate/port.ts';
import { createCluster } from './cluster.ts';
import { rotatePassword } from './database-password.ts';
import { isolate, rejoin } from './isolation.ts';
import type { KubernetesActuator, KubernetesSettings } from './port.ts';
import { rollBack } from './revisions.ts';
import { scale } from './scale.ts';
import { keepSecret, restoreSecret, rotateSecret } from './secrets.ts';
import { restart, setLimits, setReadiness } from './template.ts';
import { applyTlsSecret } from './tls-secret.ts';

/** `readPair`: what `applyTlsSecret` puts into the cluster. */
export function createKubernetesActuator(
  settings: () => KubernetesSettings,
  readPair: ReadPair,
): KubernetesActuator {
  const open = createCluster(settings);
  return {
    restart: async (service, signal) => restart(await open(signal), service),
    setLimits: async (service, limits, signal) => setLimits(await open(signal), service, limits),
    setReadiness: async (service, readiness, signal) => setReadiness(await open(signal), service, readiness),
    scale: async (service, replicas, signal) => scale(await open(signal), service, replicas),
    rollBack: async (service, template, options, signal) =>
      rollBack(await open(signal), service, template, options),
    isolate: async (signal) => isolate(await open(signal)),
    rejoin: async (signal) => rejoin(await open(signal)),
    keepSecret: async (name, label, signal) => keepSecret(await open(signal), name, label),
    rotateSecret: async (name, key, signal) => rotateSecret(await open(signal), name, key),
    restoreSecret: async (name, kept, signal) => restoreSecret(await open(signal), name, kept),
    rotatePassword: async (secret, signal) => rotatePassword(await open(signal), secret),
    applyTlsSecret: async (signal) => applyTlsSecret(await open(signal), await readPair(signal)),
    keepTlsSecret: async (label, signal) => {
      const cluster = await open(signal);
      return keepSecret(cluster, cluster.settings.tlsSecret, label);
    },
    restoreTlsSecret: async (kept, signal) => {
      const cluster = await open(signal);
      await restoreSecret(cluster, cluster.settings.tlsSecret, kept);
    },
  };
}

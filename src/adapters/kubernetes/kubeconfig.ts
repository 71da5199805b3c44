/** Where the cluster is and who Paksa is there: a kubeconfig, read again when it has changed, or the pod's own service account. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { fail } from './errors.ts';
import type { KubernetesSettings } from './port.ts';

export interface Access {
  readonly kubeConfig: KubeConfig;
  /** Address of the API server, without a slash at the end. */
  readonly server: string;
}

/** Credentials in files beside the kubeconfig, such as a client certificate, change without it. */
const MOST_AGE_MS = 60_000;

const OPERATION = 'read the kubeconfig';

/** Reads the access that the settings describe, and keeps it as long as the file says the same. */
export function createAccess(): (settings: KubernetesSettings) => Promise<Access> {
  let kept: { readonly key: string; readonly readAt: number; readonly access: Access } | undefined;
  return async ({ kubeconfig, context }) => {
    const written = kubeconfig === undefined ? '' : await read(kubeconfig);
    const key = JSON.stringify([kubeconfig, context, written]);
    if (kept?.key === key && Date.now() - kept.readAt < MOST_AGE_MS) return kept.access;
    const access = kubeconfig === undefined ? await fromPod() : await parse(kubeconfig, written, context);
    kept = { key, readAt: Date.now(), access };
    return access;
  };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') {
      throw fail(OPERATION, `Paksa may not read ${path}: give its user the right to.`, 'forbidden');
    }
    const says = code === 'ENOENT' ? 'is not there' : `cannot be read (${String(code)})`;
    throw fail(OPERATION, `${path} ${says}: check kubernetes.kubeconfig in paksa.yaml.`, 'not-configured');
  }
}

/** Its words are never passed on: a parser quotes the line that it stumbles over, and that may be the token's. */
async function parse(path: string, written: string, context: string | undefined): Promise<Access> {
  const { KubeConfig } = await driver();
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromString(written);
    kubeConfig.makePathsAbsolute(dirname(path));
  } catch {
    throw fail(
      OPERATION,
      `${path} is no kubeconfig: write it again, such as with “kubectl config view --raw”.`,
      'not-configured',
    );
  }
  if (context !== undefined) kubeConfig.setCurrentContext(context);
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null || kubeConfig.getCurrentUser() === null) {
    const names = kubeConfig.getContexts().map(({ name }) => name);
    const has = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
    const current = kubeConfig.getCurrentContext();
    const which = current ? `no usable context “${current}”` : 'no current context';
    throw fail(OPERATION, `${path} has ${which}: set kubernetes.context (${has}).`, 'not-configured');
  }
  return { kubeConfig, server: cluster.server };
}

async function fromPod(): Promise<Access> {
  const { KubeConfig } = await driver();
  const kubeConfig = new KubeConfig();
  if (process.env.KUBERNETES_SERVICE_HOST !== undefined) kubeConfig.loadFromCluster();
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw fail(
      OPERATION,
      'Paksa does not run in a pod: set kubernetes.kubeconfig in paksa.yaml to the absolute path of one.',
      'not-configured',
    );
  }
  return { kubeConfig, server: cluster.server };
}

/** It is large (half a second, 90 MB): whoever has no cluster need not load it. */
export const driver = () => import('@kubernetes/client-node');

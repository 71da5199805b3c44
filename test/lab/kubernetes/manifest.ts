/** Manifests: YAML with `${NAME}` where something differs from stack to stack. */
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const header = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

/** As far as it matters here; the API server checks the rest. */
const isObject = (value: unknown): value is KubernetesObject => header.safeParse(value).success;

/** @throws Error for a variable that is not given, and for a document that is no object of the cluster */
export function readManifest(
  text: string,
  variables: Readonly<Record<string, string | number>> = {},
): readonly KubernetesObject[] {
  const filled = text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`a manifest asks for ${name}, which is not given`);
    return String(value);
  });
  return parseAllDocuments(filled).map((document) => {
    const object: unknown = document.toJS();
    if (!isObject(object)) throw new Error(`no object of a cluster: ${JSON.stringify(object)}`);
    return object;
  });
}

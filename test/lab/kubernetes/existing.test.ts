/** Which clusters the lab dares to break: only such as are this machine's own by their context's name. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../harness/folder.ts';
import { localCluster } from './existing.ts';

afterEach(() => vi.unstubAllEnvs());

async function used(context: string): Promise<boolean> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'config');
  await writeFile(path, JSON.stringify({ 'current-context': context }));
  vi.stubEnv('KUBECONFIG', path);
  return localCluster() === path;
}

it.each(['kind-kind', 'kind-paksa', 'k3d-dev', 'minikube', 'docker-desktop'])('uses %s', async (context) => {
  expect(await used(context)).toBe(true);
});

it.each(['production', 'gke_paksa_europe-west1_main', 'minikube-production', 'my-kind-cluster', ''])(
  'leaves “%s” alone',
  async (context) => {
    expect(await used(context)).toBe(false);
  },
);

it('uses none without KUBECONFIG, or when its file is not there', () => {
  vi.stubEnv('KUBECONFIG', '');
  expect(localCluster()).toBeUndefined();
  vi.stubEnv('KUBECONFIG', '/nowhere/config');
  expect(localCluster()).toBeUndefined();
});

/** The one node: a kubelet on the Docker engine, whose pods are on Docker's bridge. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { stringify } from 'yaml';
import { freePort } from '../../harness/free-port.ts';
import type { Daemons } from '../daemons.ts';
import { type Engine, POD } from '../docker/engine.ts';
import { paths } from '../paths.ts';
import { connectCluster } from './cluster.ts';
import type { Credentials } from './credentials.ts';

export const NODE = 'paksa-lab';

const folder = join(paths.run, 'kubelet');

export interface KubeletOptions {
  readonly program: string;
  readonly engine: Engine;
  readonly credentials: Credentials;
  readonly adminKubeconfig: string;
  readonly pauseImage: string;
}

/** Resolves when the node is ready for pods. */
export async function startKubelet(
  daemons: Daemons,
  { program, engine, credentials, adminKubeconfig, pauseImage }: KubeletOptions,
): Promise<void> {
  const configuration = join(paths.run, 'kubelet.yaml');
  await writeFile(
    configuration,
    stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address: engine.bridge,
      port: await freePort(engine.bridge),
      healthzPort: 0,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: false },
        x509: { clientCAFile: credentials.clientCertificate },
      },
      authorization: { mode: 'AlwaysAllow' },
      cgroupDriver: engine.cgroupDriver,
      failSwapOn: false,
      // The node is seen to be ready within a second; only changes are told to the API server.
      nodeStatusUpdateFrequency: '1s',
      nodeStatusReportFrequency: '1m',
      clusterDNS: [],
      // A disk that is nearly full is nothing to evict pods or remove images for.
      evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
      imageGCHighThresholdPercent: 100,
      // How late a changed secret may show in the files that pods have of it.
      syncFrequency: '10s',
    }),
  );
  await daemons.start({
    name: 'kubelet',
    program,
    args: [
      ...[`--kubeconfig=${adminKubeconfig}`, `--config=${configuration}`, '--container-runtime=docker'],
      ...[`--hostname-override=${NODE}`, `--node-ip=${engine.bridge}`],
      ...[`--root-dir=${folder}`, `--cert-dir=${join(folder, 'pki')}`],
      `--pod-infra-container-image=${pauseImage}`,
    ],
    within: 60_000,
    ready: () => connectCluster(adminKubeconfig).nodeIsReady(NODE),
    end: 'SIGKILL',
  });
}

/** What a kubelet leaves when it ends: its pods' containers, and what it mounted: secrets, and its own folder. */
export async function clearNode(docker: Docker): Promise<void> {
  const pods = await docker.listContainers({ all: true, filters: { label: [POD] } });
  await Promise.allSettled(pods.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  await unmountKubelet();
}

export async function unmountKubelet(): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  const own = mounts.filter((path) => path === folder || path.startsWith(`${folder}/`));
  // What the kubelet had started to measure its folder may outlive it for a moment.
  for (const path of own.toReversed()) await promisify(execFile)('umount', ['--lazy', path]);
}

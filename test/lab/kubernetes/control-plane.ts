/** etcd, the API server, the controllers and the scheduler, all with data that is thrown away. */
import { join } from 'node:path';
import { freePort } from '../../harness/free-port.ts';
import { programPath } from '../../harness/programs.ts';
import type { Daemons } from '../daemons.ts';
import { paths } from '../paths.ts';
import { auditing } from './audit.ts';
import type { Binary } from './binaries.ts';
import { connectCluster } from './cluster.ts';
import type { Credentials } from './credentials.ts';
import { writeKubeconfig } from './kubeconfig.ts';

const MINUTE_MS = 60_000;

/** Where the API server finds its data; etcd only listens on 127.0.0.1. */
export async function startEtcd(daemons: Daemons): Promise<string> {
  const [clients, peers] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${clients}`;
  await daemons.start({
    name: 'etcd',
    program: programPath('etcd'),
    args: [
      ...['--data-dir', join(paths.run, 'etcd'), '--log-level', 'warn'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', `http://127.0.0.1:${peers}`],
      ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peers}`],
      ...['--initial-cluster', `default=http://127.0.0.1:${peers}`],
    ],
    within: MINUTE_MS,
    ready: async () => (await fetch(`${url}/health`)).ok,
    end: 'SIGKILL',
  });
  return url;
}

export interface ControlPlane {
  /** As this machine and the pods reach it. */
  readonly server: string;
  readonly adminKubeconfig: string;
}

export interface ControlPlaneOptions {
  readonly binaries: Readonly<Record<Binary, string>>;
  readonly etcd: string;
  readonly credentials: Credentials;
  /** The Docker bridge's: pods have to reach the API server too. */
  readonly address: string;
}

export async function startControlPlane(
  daemons: Daemons,
  { binaries, etcd, credentials, address }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const port = await freePort(address);
  const server = `https://${address}:${port}`;
  const adminKubeconfig = join(paths.run, 'admin.kubeconfig');
  const { authority, adminToken } = credentials;
  await writeKubeconfig(adminKubeconfig, { server, authority, user: 'admin', token: adminToken });
  await daemons.start({
    name: 'kube-apiserver',
    program: binaries['kube-apiserver'],
    args: [
      ...[`--etcd-servers=${etcd}`, `--cert-dir=${paths.run}`],
      ...[`--bind-address=${address}`, `--secure-port=${port}`, `--advertise-address=${address}`],
      ...[
        `--tls-cert-file=${credentials.serverCertificate}`,
        `--tls-private-key-file=${credentials.serverKey}`,
      ],
      `--kubelet-client-certificate=${credentials.clientCertificate}`,
      `--kubelet-client-key=${credentials.clientKey}`,
      '--kubelet-preferred-address-types=InternalIP,Hostname',
      `--service-account-key-file=${credentials.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${credentials.serviceAccountKey}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      ...[`--token-auth-file=${credentials.tokenFile}`, '--authorization-mode=Node,RBAC'],
      ...['--service-cluster-ip-range=10.96.0.0/16', '--allow-privileged=true', '--profiling=false'],
      ...(await auditing()),
    ],
    within: MINUTE_MS,
    ready: () => connectCluster(adminKubeconfig).isReady(),
    end: 'SIGKILL',
  });
  // Neither is asked whether it is ready: a node that becomes ready, and a pod that is given to it, show it.
  const start = (name: 'kube-controller-manager' | 'kube-scheduler', ...args: string[]) =>
    daemons.start({
      name,
      program: binaries[name],
      args: [
        `--kubeconfig=${adminKubeconfig}`,
        ...['--leader-elect=false', '--port=0', '--secure-port=0', '--bind-address=127.0.0.1'],
        ...['--kube-api-qps=200', '--kube-api-burst=400', ...args],
      ],
      within: MINUTE_MS,
      ready: async () => true,
      end: 'SIGKILL',
    });
  await Promise.all([
    start('kube-scheduler'),
    start(
      'kube-controller-manager',
      `--service-account-private-key-file=${credentials.serviceAccountKey}`,
      `--root-ca-file=${credentials.serverCertificate}`,
    ),
  ]);
  return { server, adminKubeconfig };
}

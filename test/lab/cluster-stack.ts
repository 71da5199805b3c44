/** A Paksa Financial System in the cluster, in a namespace of its own, by the guide's names. */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CertificateSettings } from '../../src/adapters/certificate/port.ts';
import { freePort } from '../harness/free-port.ts';
import { stackCertificate } from './cluster/certificate.ts';
import { getThroughIngress, type IngressAddress, type IngressAnswer } from './cluster/ingress.ts';
import { admitBot, WATCHED_NAMESPACE } from './kubernetes/bot-user.ts';
import { type Cluster, connectCluster, type PodExecResult } from './kubernetes/cluster.ts';
import { readManifest } from './kubernetes/manifest.ts';
import type { Lab } from './lab.ts';
import { PREPARE } from './prepare.ts';
import { signToken, type TokenOptions } from './token.ts';
import { until } from './until.ts';

export type Workload =
  | 'deployment/paksa-backend'
  | 'deployment/redis'
  | 'deployment/nginx-ingress-controller'
  | 'statefulset/postgres-primary';

/** Under test/lab/cluster. */
export type Manifest = 'paksa.yaml' | 'backend.yaml' | 'ingress.yaml';

export interface ClusterStack {
  readonly lab: Lab;
  readonly namespace: string;
  /** As the superuser `postgres`. The address is the node's. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly jwtSecret: string;
  /** The ingress controller. */
  readonly tls: IngressAddress;
  /** What the TLS secret was made from, as the topic `ssl` has it configured. */
  readonly certificate: CertificateSettings;
  /** The cluster as its admin, for faults. */
  readonly cluster: Cluster;
  token(options?: TokenOptions): string;
  /** GET through the ingress controller. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<IngressAnswer>;
  /** Runs a program in the first running pod of a workload. */
  exec(workload: Workload, argv: readonly string[]): Promise<PodExecResult>;
  /** Resolves when every replica that is wanted is there as it is wanted. */
  untilRolledOut(workload: Workload): Promise<void>;
  /** Makes the objects of a manifest as they were at the start; resolves before they are rolled out. */
  reset(manifest: Manifest): Promise<void>;
  /** Deletes the namespace. */
  stop(): Promise<void>;
}

const SOURCES = fileURLToPath(new URL('cluster/', import.meta.url));
const TLS_NAME = 'api.paksa.test';
const READY_MS = 120_000;
const LABEL: Readonly<Record<Workload, string>> = {
  'deployment/paksa-backend': 'app=paksa-backend',
  'deployment/redis': 'app=redis',
  'deployment/nginx-ingress-controller': 'app=nginx-ingress',
  'statefulset/postgres-primary': 'app=postgres',
};

/**
 * Resolves when two backends answer through the ingress controller over a migrated and filled database. `name`: letters,
 * digits, hyphens; without one, the namespace is `paksa-financial`, which one stack at a time can have.
 */
export async function startClusterStack(lab: Lab, name?: string): Promise<ClusterStack> {
  const namespace = name === undefined ? WATCHED_NAMESPACE : `${WATCHED_NAMESPACE}-${name}`;
  const folder = join(lab.stacks, namespace);
  const cluster = connectCluster(lab.kubernetes.adminKubeconfig);
  const { address, server } = lab.kubernetes;
  const port = () => freePort(address);
  const [postgresPort, redisPort, tlsPort] = [await port(), await port(), await port()];
  const password = randomBytes(12).toString('hex');
  const jwtSecret = randomBytes(32).toString('hex');
  const stop = async () => {
    await cluster.removeNamespace(namespace);
    await rm(folder, { recursive: true, force: true });
  };

  await stop();
  const certificate = await stackCertificate(join(folder, 'tls'), [TLS_NAME, address]);
  const apply = async (file: Manifest) => {
    const objects = readManifest(await readFile(join(SOURCES, file), 'utf8'), {
      NAMESPACE: namespace,
      ADDRESS: address,
      FOLDER: folder,
      API_SERVER: server,
      POSTGRES_IMAGE: lab.images.postgres,
      REDIS_IMAGE: lab.images.redis,
      BACKEND_IMAGE: lab.images.backend,
      INGRESS_IMAGE: lab.images.ingress,
      POSTGRES_PASSWORD: password,
      JWT_SECRET_KEY: jwtSecret,
      POSTGRES_PORT: postgresPort,
      REDIS_PORT: redisPort,
      TLS_PORT: tlsPort,
      TLS_NAME,
      TLS_CERTIFICATE: Buffer.from(certificate.chain).toString('base64'),
      TLS_KEY: Buffer.from(certificate.key).toString('base64'),
    });
    for (const object of objects) await cluster.apply(object);
  };
  const rolledOut = (workload: Workload) => cluster.untilRolledOut(namespace, workload);
  const exec: ClusterStack['exec'] = async (workload, argv) => {
    const pods = await cluster.pods(namespace, LABEL[workload]);
    const pod = pods.find(
      ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
    );
    const container = pod?.spec?.containers[0]?.name;
    if (!pod?.metadata?.name || !container) throw new Error(`no pod of ${workload} runs in ${namespace}`);
    return cluster.exec(namespace, pod.metadata.name, container, argv);
  };
  const databaseUrl = `postgresql://postgres:${password}@${address}:${postgresPort}/paksa_db`;
  const tls = { host: address, port: tlsPort, servername: TLS_NAME, trust: certificate.trust };
  const trusted = await readFile(tls.trust, 'utf8');
  const get: ClusterStack['get'] = (path, headers = {}) => getThroughIngress(tls, trusted, path, headers);
  try {
    await cluster.ensureNamespace(namespace, { 'paksa-lab': 'stack' });
    await admitBot(cluster, namespace);
    await apply('paksa.yaml');
    await Promise.all([rolledOut('statefulset/postgres-primary'), rolledOut('deployment/redis')]);
    await apply('backend.yaml');
    await rolledOut('deployment/paksa-backend');
    const { exitCode, stderr } = await exec('deployment/paksa-backend', PREPARE);
    if (exitCode !== 0) throw new Error(`the database of ${namespace} could not be filled:\n${stderr}`);
    await apply('ingress.yaml');
    await rolledOut('deployment/nginx-ingress-controller');
    await until(async () => (await get('/health')).status === 200, {
      what: `${namespace} to answer through its ingress controller`,
      within: READY_MS,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    lab,
    namespace,
    databaseUrl,
    redisUrl: `redis://${address}:${redisPort}/0`,
    jwtSecret,
    tls,
    certificate: certificate.settings,
    cluster,
    token: (options) => signToken(jwtSecret, options),
    get,
    exec,
    untilRolledOut: rolledOut,
    reset: apply,
    stop,
  };
}

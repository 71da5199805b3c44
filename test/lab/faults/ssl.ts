/** The certificate on disk, in the cluster's secret, and as the ingress controller presents it. */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { authorityFiles } from '../../../sandbox/stack/authority.ts';
import { issueCertificate } from '../../../src/adapters/certificate/issue.ts';
import { createTlsProbe } from '../../../src/adapters/tls/probe.ts';
import type { ClusterStack } from '../cluster-stack.ts';
import type { Fault, Promised } from '../fault.ts';
import { podsReplaced } from '../promises-cluster.ts';
import { until } from '../until.ts';

const TOPIC = 'ssl';
const DAY_MS = 86_400_000;
const INGRESS = 'deployment/nginx-ingress-controller';
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

interface Pem {
  readonly chain: string;
  readonly key: string;
}

interface Wanted {
  readonly names?: [string, ...string[]];
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
  readonly leafOnly?: boolean;
}

const originals = new WeakMap<ClusterStack, Pem>();

type WithCertificate = Pick<ClusterStack, 'certificate'>;

async function onDisk({ certificate: { files } }: WithCertificate): Promise<Pem> {
  const [chain, key] = await Promise.all([readFile(files.certificate, 'utf8'), readFile(files.key, 'utf8')]);
  return { chain, key };
}

/** Puts a new certificate on disk, from the stack's own authority. */
async function install(stack: ClusterStack, wanted: Wanted = {}): Promise<Pem> {
  if (!originals.has(stack)) originals.set(stack, await onDisk(stack));
  const { authority } = stack.certificate;
  if (authority.kind !== 'local-ca') throw new Error('the lab’s authority is a local one');
  const own = authorityFiles(authority.directory);
  const now = Date.now();
  const issued = await issueCertificate(
    {
      certificate: await readFile(own.intermediate, 'utf8'),
      key: await readFile(own.intermediateKey, 'utf8'),
    },
    {
      names: wanted.names ?? [stack.tls.servername, stack.tls.host],
      notBefore: new Date(now + (wanted.from ?? -1) * DAY_MS),
      notAfter: new Date(now + (wanted.until ?? 60) * DAY_MS),
    },
  );
  const pem = { chain: wanted.leafOnly ? issued.leaf : issued.chain, key: issued.key };
  await write(stack, pem);
  return pem;
}

async function write({ certificate: { files } }: ClusterStack, { chain, key }: Pem): Promise<void> {
  await writeFile(files.key, key, { mode: 0o600 });
  await writeFile(files.certificate, chain);
}

async function intoSecret(stack: ClusterStack, { chain, key }: Pem): Promise<void> {
  const data = {
    'tls.crt': Buffer.from(chain).toString('base64'),
    'tls.key': Buffer.from(key).toString('base64'),
  };
  await stack.cluster.core.patchNamespacedSecret(
    { name: 'paksa-tls-secret', namespace: stack.namespace, body: { data } },
    MERGE,
  );
}

/** Has the ingress controller present what is in the secret now. */
async function restartIngress(stack: ClusterStack, { chain }: Pem): Promise<void> {
  const { namespace, cluster } = stack;
  for (const pod of await cluster.pods(namespace, 'app=nginx-ingress'))
    if (pod.metadata?.name) await cluster.removePod(namespace, pod.metadata.name, 1);
  await stack.untilRolledOut(INGRESS);
  const { fingerprint256 } = new X509Certificate(chain);
  await until(
    async () => {
      const served = await createTlsProbe().peerCertificate(stack.tls, AbortSignal.timeout(5000));
      return served.fingerprint === fingerprint256;
    },
    { what: 'the ingress controller to present its certificate', within: 90_000 },
  );
  await stack.untilRolledOut(INGRESS);
}

/** On disk, in the secret, and presented. */
async function everywhere(stack: ClusterStack, wanted: Wanted): Promise<void> {
  const pem = await install(stack, wanted);
  await intoSecret(stack, pem);
  await restartIngress(stack, pem);
}

async function mend(stack: ClusterStack): Promise<void> {
  const original = originals.get(stack);
  if (!original) return;
  await write(stack, original);
  await intoSecret(stack, original);
  await restartIngress(stack, original);
}

const said = ({ changes }: Promised, about: string) => changes.find(({ what }) => what === about);
const sameSerial = (a: string | undefined, b: string): boolean =>
  a?.replaceAll(':', '').replace(/^0+/, '').toLowerCase() === b.replace(/^0+/, '').toLowerCase();

/** On disk: another serial, for the names and, where the authority’s days are known, as long as was said, to the day. */
export async function certificateAsSaid(stack: WithCertificate, preview: Promised): Promise<boolean> {
  const { serialNumber, subjectAltName = '', validTo } = new X509Certificate((await onDisk(stack)).chain);
  const until = said(preview, 'Valid until')?.after ?? '';
  const days = Number.parseInt(until, 10);
  const names = said(preview, 'Names')?.after.split(', ') ?? [];
  return (
    !sameSerial(said(preview, 'Serial')?.before, serialNumber) &&
    names.length > 0 &&
    names.every((name) => subjectAltName.includes(name)) &&
    (until === 'as the authority decides' ||
      Math.abs(Date.parse(validTo) - (preview.since + days * DAY_MS)) < DAY_MS)
  );
}

/** In the secret: the serial that was said, which is that on disk. */
async function secretAsSaid(stack: ClusterStack, preview: Promised): Promise<boolean> {
  const { data } = await stack.cluster.core.readNamespacedSecret({
    name: 'paksa-tls-secret',
    namespace: stack.namespace,
  });
  const inSecret = new X509Certificate(Buffer.from(data?.['tls.crt'] ?? '', 'base64')).serialNumber;
  const { serialNumber } = new X509Certificate((await onDisk(stack)).chain);
  return inSecret === serialNumber && sameSerial(said(preview, 'Serial')?.after, serialNumber);
}

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'certificate-expired',
    topic: TOPIC,
    what: 'the certificate has expired, on disk and as it is presented',
    inject: (stack) => everywhere(stack, { from: -60, until: -1 }),
    mend,
    foundBy: ['expiry', 'file'],
    fix: 'renew',
    promised: certificateAsSaid,
  },
  {
    id: 'certificate-not-yet-valid',
    topic: TOPIC,
    what: 'the certificate is not valid yet',
    inject: (stack) => everywhere(stack, { from: 2, until: 60 }),
    mend,
    foundBy: ['expiry', 'file'],
    fix: 'renew',
    promised: certificateAsSaid,
  },
  {
    id: 'certificate-of-another-name',
    topic: TOPIC,
    what: 'the certificate is for another name',
    inject: (stack) => everywhere(stack, { names: ['old.paksa.test'] }),
    mend,
    foundBy: ['name'],
    fix: 'renew',
    promised: certificateAsSaid,
  },
  {
    id: 'chain-broken',
    topic: TOPIC,
    what: 'the intermediate certificate is not sent',
    inject: (stack) => everywhere(stack, { leafOnly: true }),
    mend,
    foundBy: ['chain'],
    fix: 'renew',
    promised: certificateAsSaid,
  },
  {
    id: 'secret-behind',
    topic: TOPIC,
    what: 'the certificate on disk was renewed, the cluster’s secret was not',
    inject: async (stack) => {
      await install(stack);
    },
    mend,
    foundBy: ['secret', 'served-is-installed'],
    fix: 'update-secret',
    promised: secretAsSaid,
  },
  {
    id: 'ingress-not-restarted',
    topic: TOPIC,
    what: 'the secret was renewed, and the ingress controller presents the old one',
    inject: async (stack) => {
      await intoSecret(stack, await install(stack));
    },
    mend,
    foundBy: ['served-is-installed'],
    fix: 'restart-ingress',
    promised: podsReplaced('app=nginx-ingress'),
  },
];

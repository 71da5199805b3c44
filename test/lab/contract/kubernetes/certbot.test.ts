/** certbot in a pod: its files by the pod's own programs, with the bot's rights; one that takes too long runs on there. */
import { describe, expect, test, vi } from 'vitest';
import { createCertificateActuator } from '../../../../src/adapters/certificate/actuator.ts';
import { createPairReader } from '../../../../src/adapters/certificate/pair.ts';
import { createKubernetesActuator } from '../../../../src/adapters/kubernetes/actuator.ts';
import { runningPods } from '../../../../src/adapters/kubernetes/exec.ts';
import type { KubernetesSettings } from '../../../../src/adapters/kubernetes/port.ts';
import { inside } from '../../../contract/certificate/inside.case.ts';
import { testAuthority } from '../../../harness/certificates.ts';
import { placeFiles } from '../../../harness/place-files.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { deployment, IDLE } from './manifests.ts';
import { failureOf, openStage, type Stage, soon } from './stage.ts';

const NAME = 'certbot';
const PLACE = { on: 'pod', service: NAME } as const;

async function openCertbot() {
  const stage = await openStage();
  await stage.apply(deployment(NAME, { command: IDLE }));
  await stage.cluster.untilRolledOut(stage.namespace, `deployment/${NAME}`);
  const settings = settingsOf(stage);
  return { stage, settings, everywhere: runningPods(settings, NAME) };
}

const settingsOf =
  ({ lab, namespace }: Stage) =>
  (): KubernetesSettings => ({
    kubeconfig: lab.kubernetes.botKubeconfig,
    namespace,
    workloads: { certbot: { kind: 'deployment', name: NAME } },
    backendService: 'backend',
    tlsSecret: 'tls',
  });

describe.runIf(canRunLab())('certbot in a pod', () => {
  inside(async () => {
    const { stage, everywhere } = await openCertbot();
    return { everywhere, folder: '/srv', [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  }, LAB_MS);

  test('what it has is put into the TLS secret; when time is up it runs on, and the error says so', {
    timeout: LAB_MS,
  }, async () => {
    const { stage, settings, everywhere } = await openCertbot();
    await using _ = stage;
    const [{ exec, replica }] = await everywhere(soon());
    const there = placeFiles(exec);
    const files = { certificate: '/srv/c.pem', key: '/srv/k.pem' };
    const { chain, key } = await (await testAuthority(stage.folder)).issue();
    await there.put(files.certificate, chain);
    await there.put(files.key, key);

    const program = '/srv/certbot';
    const authority = { kind: 'certbot', name: 'paksa', program } as const;
    const certificate = () => ({ place: PLACE, files, authority });
    const cluster = createKubernetesActuator(settings, createPairReader(certificate, everywhere));
    await cluster.applyTlsSecret(soon());
    const held = await stage.adapter('backend').probe.tlsSecret(soon());
    expect(held.leaf.names).toContain('localhost');

    await there.put(program, '#!/bin/sh\ntouch /tmp/began\nsleep 5\ntouch /tmp/ended\n', '755');
    const stop = new AbortController();
    const renewal = failureOf(createCertificateActuator(certificate, everywhere).renew(stop.signal));
    await vi.waitUntil(() => there.exists('/tmp/began'), { timeout: 60_000 });
    stop.abort();
    const error = await renewal;
    expect(error).toMatchObject({ system: 'certbot', fault: 'timed-out', retryable: false });
    expect(error.message).toContain(
      `certbot took too long to renew paksa: ${program} in pod ${replica} did not end in time and may still run there`,
    );
    await vi.waitUntil(() => there.exists('/tmp/ended'), { timeout: 60_000 });
  });
});

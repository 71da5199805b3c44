/** The Docker engine: the one that answers on the usual socket, or one of the lab's own. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { programPath } from '../../harness/programs.ts';
import { hasCapability } from '../capabilities.ts';
import type { Daemons } from '../daemons.ts';
import { localCluster } from '../kubernetes/existing.ts';
import { paths } from '../paths.ts';

/** The usual one, since the kubelet's own statistics look there. */
export const SOCKET = '/var/run/docker.sock';

/** The kubelet's labels on the containers of pods. */
export const POD = 'io.kubernetes.pod.uid';
const NAMESPACE = 'io.kubernetes.pod.namespace';

/** Marks containers and images as the lab's. */
export const LABEL = 'paksa.lab';

export interface Engine {
  readonly docker: Docker;
  readonly socketPath: string;
  readonly own: boolean;
  /** This machine's address on the bridge: what pods and this machine both reach. */
  readonly bridge: string;
  /** As the kubelet has to be told. */
  readonly cgroupDriver: string;
}

export const connectEngine = (): Docker => new Docker({ socketPath: SOCKET });

export async function engineAnswers(): Promise<boolean> {
  try {
    await connectEngine().ping();
    return true;
  } catch {
    return false;
  }
}

/** Uses the engine that answers, else starts one. Containers that a crashed lab left in it are removed. */
export async function openEngine(daemons: Daemons): Promise<Engine> {
  const docker = connectEngine();
  const own = !(await engineAnswers());
  if (own) await startEngine(daemons, docker);
  else await refuseOthersPods(docker);
  await removeLeftovers(docker, own);
  const { CgroupDriver: cgroupDriver } = z.object({ CgroupDriver: z.string() }).parse(await docker.info());
  const { IPAM } = await docker.getNetwork('bridge').inspect();
  const [config] = IPAM?.Config ?? [];
  const bridge = config?.Gateway ?? config?.Subnet?.replace(/\d+\/\d+$/, '1');
  if (bridge === undefined)
    throw new Error('The Docker engine has no network called bridge: the lab’s pods are on it.');
  return { docker, socketPath: SOCKET, own, bridge, cgroupDriver };
}

async function startEngine(daemons: Daemons, docker: Docker): Promise<void> {
  const configuration = join(paths.run, 'docker.json');
  await mkdir(paths.dockerExec, { recursive: true });
  await writeFile(
    configuration,
    JSON.stringify({
      hosts: [`unix://${SOCKET}`],
      'data-root': paths.docker,
      'exec-root': paths.dockerExec,
      pidfile: join(paths.dockerExec, 'docker.pid'),
      'exec-opts': ['native.cgroupdriver=cgroupfs'],
      // Where a container's port is published that names no address.
      ip: '127.0.0.1',
      'log-level': 'warn',
      'log-driver': 'json-file',
      'log-opts': { 'max-size': '20m' },
      'shutdown-timeout': 5,
      // A pod's sandbox asks for a score of -998.
      ...(hasCapability('CAP_SYS_RESOURCE') ? {} : await runtimeThatLeavesOomScores()),
    }),
  );
  await daemons.start({
    name: 'dockerd',
    program: programPath('dockerd'),
    args: ['--config-file', configuration],
    within: 60_000,
    ready: () => docker.ping(),
    end: 'SIGTERM',
  });
}

async function runtimeThatLeavesOomScores(): Promise<Record<string, unknown>> {
  const script = join(paths.run, 'runc-lab');
  await writeFile(
    script,
    `#!/bin/sh
# runc, with scores of 0 where a container asks for a lower one than we may give.
previous=
for argument in "$@"; do
  [ "$previous" = --bundle ] && sed -i 's/"oomScoreAdj":-[0-9]*/"oomScoreAdj":0/' "$argument/config.json"
  previous=$argument
done
exec runc "$@"
`,
  );
  await chmod(script, 0o755);
  return { runtimes: { lab: { path: script } }, 'default-runtime': 'lab' };
}

/** A second kubelet on an engine ends the pods of the first, which it knows nothing of. */
async function refuseOthersPods(docker: Docker): Promise<void> {
  if (localCluster() !== undefined) return;
  const pods = await docker.listContainers({ filters: { label: [POD] } });
  const others = pods.filter(({ Labels }) => !Labels[NAMESPACE]?.startsWith('paksa'));
  if (others.length > 0)
    throw new Error(
      `The Docker engine on ${SOCKET} runs pods of another Kubernetes: set KUBECONFIG to that one, if it may be broken.`,
    );
}

/** In an engine of our own, everything; else what bears the lab's label. */
async function removeLeftovers(docker: Docker, own: boolean): Promise<void> {
  const filters = own ? {} : { label: [LABEL] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  await docker.pruneVolumes({ filters: { label: [LABEL] } });
  await docker.pruneNetworks({ filters: { label: [LABEL] } });
}

/** What the lab needs of a machine: what is missing, why it is needed, and how to get it. */
import { existsSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import packages from '../harness/debian.json' with { type: 'json' };
import { findProgram, type Program } from '../harness/programs.ts';
import { type Capability, hasCapability } from './capabilities.ts';
import { engineAnswers } from './docker/engine.ts';
import { BINARIES } from './kubernetes/binaries.ts';
import { localCluster } from './kubernetes/existing.ts';
import { assetsFolder, paths } from './paths.ts';

const ALWAYS: readonly Program[] = ['debootstrap', 'docker-compose', 'openssl', 'xz'];
const FOR_DOCKER: readonly Program[] = ['dockerd', 'iptables'];
const FOR_KUBERNETES: readonly Program[] = ['etcd', 'conntrack', 'socat', 'ethtool', 'iptables'];

/** The base image as a file and as an image, Kubernetes, and what stacks write. */
const NEEDED_BYTES = 3 * 2 ** 30;

const NEEDED: readonly Capability[] = ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'];

/** Sentences, one a missing thing; none when the lab can start. */
export async function missingForLab(): Promise<readonly string[]> {
  if (process.platform !== 'linux')
    return ['The lab runs containers on this machine itself: it needs Linux (a virtual machine will do).'];
  const hasEngine = await engineAnswers();
  const hasCluster = localCluster() !== undefined;
  return [
    ...(process.arch === 'x64' || hasCluster
      ? []
      : [
          `The lab's Kubernetes is built for x86-64, and this is ${process.arch}: set KUBECONFIG to a kind cluster.`,
        ]),
    ...(process.getuid?.() === 0
      ? []
      : ['Docker’s engine and the kubelet are started as root: run it with sudo, or in a root shell.']),
    ...capabilities(),
    ...space(),
    ...controlGroups(),
    ...programs([...ALWAYS, ...(hasEngine ? [] : FOR_DOCKER), ...(hasCluster ? [] : FOR_KUBERNETES)]),
    ...(hasCluster ? [] : binaries()),
  ];
}

function capabilities(): string[] {
  const lacking = NEEDED.filter((capability) => !hasCapability(capability));
  return lacking.length === 0 || process.getuid?.() !== 0
    ? []
    : [
        `Root here lacks ${lacking.join(' and ')}, without which no container starts: ` +
          'use a machine, or a container started with --privileged.',
      ];
}

function space(): string[] {
  if (existsSync(paths.base)) return [];
  const folder = dirname(paths.cache);
  const { bavail, bsize } = statfsSync(existsSync(folder) ? folder : homedir());
  return bavail * bsize >= NEEDED_BYTES
    ? []
    : [`The lab’s cache takes ${NEEDED_BYTES / 2 ** 30} GB, and ${folder} has less: set XDG_CACHE_HOME.`];
}

function controlGroups(): string[] {
  const folder = '/sys/fs/cgroup';
  return existsSync(join(folder, 'cgroup.controllers')) || existsSync(join(folder, 'memory'))
    ? []
    : [`There are no control groups in ${folder}, which limit a container’s memory: mount them.`];
}

function programs(needed: readonly Program[]): string[] {
  const missing = [...new Set(needed)].filter((program) => findProgram(program) === undefined);
  return missing.length === 0
    ? []
    : [
        `Not on this machine: ${missing.join(', ')}. On Debian:  ` +
          `sudo apt-get install ${[...new Set(missing.map((program) => packages[program]))].join(' ')}`,
      ];
}

function binaries(): string[] {
  const folder = assetsFolder();
  const missing = BINARIES.filter((name) => !['', '.xz'].some((end) => existsSync(join(folder, name + end))));
  return missing.length === 0
    ? []
    : [
        `No ${missing.join(', ')} (or with .xz) in ${folder}: set KUBEBUILDER_ASSETS to a folder with Kubernetes 1.20’s ` +
          'binaries, or KUBECONFIG to a kind or minikube cluster.',
      ];
}

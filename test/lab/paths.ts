/** Where the lab keeps what makes a second start fast, and what it knows of itself while it is up. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'paksa-lab');

/** The project's root. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const paths = {
  cache,
  /** What runs, by process id, and where it answers. */
  state: join(cache, 'lab.json'),
  /** Emptied at every start: keys, logs, the cluster's database. */
  run: join(cache, 'run'),
  /** One folder a stack, while it is up. */
  stacks: join(cache, 'run', 'stacks'),
  /** The Docker engine's images and containers. */
  docker: join(cache, 'docker'),
  /** The engine's sockets, whose paths may have 107 characters at most. */
  dockerExec: '/run/paksa-lab/docker',
  /** The image that all others are made from, as a tar file. */
  base: join(cache, 'base'),
  /** Kubernetes, unpacked. */
  binaries: join(cache, 'kubernetes'),
} as const;

/** The folder with Kubernetes' binaries, or with them as `*.xz`. */
export const assetsFolder = (): string =>
  resolve(ROOT, process.env.KUBEBUILDER_ASSETS || join('..', 'shared', 'kubernetes'));

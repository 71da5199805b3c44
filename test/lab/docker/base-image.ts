/** The image that all others are made from: a small Debian with the servers in it, made on this machine by debootstrap. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { programPath } from '../../harness/programs.ts';
import { paths } from '../paths.ts';
import { runProgram } from '../run-program.ts';
import { hasImage } from './images.ts';

const SUITE = 'bookworm';
const PACKAGES = [
  ...['postgresql', 'redis-server', 'nginx-light', 'curl', 'iputils-ping', 'procps'],
  // The last one by name: debootstrap finds nothing that others only provide.
  ...['certbot', 'openssl', 'busybox', 'python3-cffi-backend'],
  ...['alembic', 'python3-psycopg2', 'python3-fastapi', 'python3-uvicorn', 'python3-jwt', 'python3-redis'],
  'python3-prometheus-client',
];
/** Nobody reads these in a container; together they are a third of it. */
const LEFT_OUT = [
  ...['./proc/*', './sys/*', './dev/*', './var/cache/apt/*', './var/lib/apt/lists/*'],
  ...['./usr/share/doc/*', './usr/share/man/*', './usr/share/locale/*', './usr/share/info/*'],
];

/** What it runs by itself, as the first container of a pod: it waits, and ends when it is asked to. */
const CHANGES = [`CMD ["sh", "-c", "trap 'exit 0' TERM INT; sleep infinity & wait"]`, 'ENV LC_ALL=C.UTF-8'];

const hash = (...what: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);

const contents = hash(SUITE, PACKAGES, LEFT_OUT);
const tarFile = join(paths.base, `base-${contents}.tar`);

export const BASE_IMAGE = `paksa-lab/base:${hash(contents, CHANGES)}`;

export interface BaseImageOptions {
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

/** Seconds when the tar file is there, minutes when it is not. */
export async function ensureBaseImage(docker: Docker, options: BaseImageOptions): Promise<void> {
  if (await hasImage(docker, BASE_IMAGE)) return;
  await ensureTar(options);
  const [repo, tag] = BASE_IMAGE.split(':');
  const answer = await docker.importImage(createReadStream(tarFile), { repo, tag, changes: CHANGES });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error) => (error ? reject(error) : resolve()));
  });
}

/** What needs no engine. */
export async function ensureTar({ say, signal }: BaseImageOptions): Promise<void> {
  if (existsSync(tarFile)) return;
  say('making the base image with debootstrap: a minute or two, once');
  await makeTar(signal);
}

async function makeTar(signal: AbortSignal): Promise<void> {
  const root = join(paths.base, 'rootfs');
  await rm(root, { recursive: true, force: true });
  await mkdir(paths.base, { recursive: true });
  for (const old of await readdir(paths.base)) await rm(join(paths.base, old), { recursive: true });
  await runProgram(
    programPath('debootstrap'),
    ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root],
    { signal },
  );
  const beside = `${tarFile}.new`;
  await runProgram('tar', ['-C', root, ...LEFT_OUT.map((path) => `--exclude=${path}`), '-cf', beside, '.'], {
    signal,
  });
  await rename(beside, tarFile);
  await rm(root, { recursive: true, force: true });
}

/** The lab's own images, built from `images/<name>/`. The tag is a hash of what is in there: only changes are built. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { z } from 'zod';
import { LABEL } from './engine.ts';

const FOLDER = fileURLToPath(new URL('../images/', import.meta.url));

export const IMAGE_NAMES = ['backend', 'ingress', 'nginx', 'postgres', 'redis'] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];
/** Full names with tags. */
export type Images = Readonly<Record<ImageName, string>>;

export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  const found = await docker.listImages({ filters: { reference: [name] } });
  return found.length > 0;
}

/** Builds what is not there yet. @throws Error with the failing step's output */
export async function buildImages(docker: Docker, base: string): Promise<Images> {
  const build = async (name: ImageName) => {
    const files = await contextOf(name);
    const hash = createHash('sha256').update(base);
    for (const file of files) hash.update(`\0${file}\0`).update(await readFile(join(FOLDER, name, file)));
    const tag = `paksa-lab/${name}:${hash.digest('hex').slice(0, 12)}`;
    if (!(await hasImage(docker, tag))) await buildImage(docker, name, files, tag, base);
    return tag;
  };
  const [backend, ingress, nginx, postgres, redis] = await Promise.all([
    build('backend'),
    build('ingress'),
    build('nginx'),
    build('postgres'),
    build('redis'),
  ]);
  return { backend, ingress, nginx, postgres, redis };
}

async function contextOf(name: ImageName): Promise<string[]> {
  const files = await readdir(join(FOLDER, name), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !file.parentPath.includes('__pycache__'))
    .map((file) => join(file.parentPath, file.name).slice(join(FOLDER, name).length + 1))
    .sort();
}

const step = z.object({ error: z.string().optional(), stream: z.string().optional() });

async function buildImage(docker: Docker, name: ImageName, src: string[], t: string, base: string) {
  const answer = await docker.buildImage(
    { context: join(FOLDER, name), src },
    { t, buildargs: { BASE: base }, labels: { [LABEL]: 'image' }, forcerm: true, networkmode: 'none' },
  );
  let output = '';
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      answer,
      (error) => (error ? reject(new Error(`images/${name} could not be built:\n${output}`)) : resolve()),
      (event: unknown) => {
        const { error, stream } = step.parse(event);
        output = (output + (stream ?? error ?? '')).slice(-4_000);
      },
    );
  });
}

/** Removes earlier versions that no container uses. */
export async function removeOldImages(docker: Docker, now: readonly string[]): Promise<void> {
  const all = await docker.listImages({ filters: { reference: ['paksa-lab/*'] } });
  const old = all.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => !now.includes(name));
  await Promise.allSettled(old.map((name) => docker.getImage(name).remove()));
}

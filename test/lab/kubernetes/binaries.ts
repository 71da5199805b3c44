/** Kubernetes' programs: from the folder that KUBEBUILDER_ASSETS names, unpacked into the cache where they are packed. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from '../../harness/programs.ts';
import { assetsFolder, paths } from '../paths.ts';
import { runProgram } from '../run-program.ts';

export const BINARIES = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const;
export type Binary = (typeof BINARIES)[number];

/** Absolute paths. */
export async function unpackBinaries(signal: AbortSignal): Promise<Readonly<Record<Binary, string>>> {
  await mkdir(paths.binaries, { recursive: true });
  const [apiserver, manager, scheduler, kubelet] = await Promise.all(
    BINARIES.map((name) => unpack(name, signal)),
  );
  if (!apiserver || !manager || !scheduler || !kubelet) throw new Error('a binary has no path');
  return {
    'kube-apiserver': apiserver,
    'kube-controller-manager': manager,
    'kube-scheduler': scheduler,
    kubelet,
  };
}

async function unpack(name: Binary, signal: AbortSignal): Promise<string> {
  const plain = join(assetsFolder(), name);
  if (existsSync(plain)) return plain;
  const packed = `${plain}.xz`;
  const unpacked = join(paths.binaries, name);
  const { atime, mtime } = await stat(packed);
  if (existsSync(unpacked) && (await stat(unpacked)).mtimeMs === mtime.getTime()) return unpacked;
  const beside = `${unpacked}.new`;
  await runProgram(programPath('xz'), ['--decompress', '--stdout', packed], { into: beside, signal });
  await chmod(beside, 0o755);
  await utimes(beside, atime, mtime);
  await rename(beside, unpacked);
  return unpacked;
}

/** What several faults do to the load balancer of a compose stack. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComposeStack } from '../compose-stack.ts';
import { untilBackendAnswers } from './compose.ts';

const originals = new WeakMap<ComposeStack, string>();
export const confOf = (stack: ComposeStack) => join(stack.nginxFolder, 'backend.conf');

/** Changes what it was at the start, in place: it is mounted into the container. nginx reads it when it is told to. */
export async function configure(stack: ComposeStack, change: (conf: string) => string): Promise<void> {
  const conf = await readFile(confOf(stack), 'utf8');
  if (!originals.has(stack)) originals.set(stack, conf);
  await writeFile(confOf(stack), change(originals.get(stack) ?? conf));
}

/** As it was at the start, and read. */
export async function restoreNginx(stack: ComposeStack): Promise<void> {
  const original = originals.get(stack);
  if (original !== undefined) await writeFile(confOf(stack), original);
  await stack.compose('restart', '--timeout', '1', 'nginx');
  await untilBackendAnswers(stack);
}

/** Has it read its file without a pause. */
export async function reloadNginx(stack: ComposeStack): Promise<void> {
  const { exitCode, stderr } = await stack.exec('nginx', ['nginx', '-s', 'reload']);
  if (exitCode !== 0) throw new Error(stderr);
}

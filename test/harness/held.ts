/** One of several processes stands still at a step, between two statements, until the test has done something to it. */
import { existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const LOOK_MS = 5;
const turn = new Int32Array(new SharedArrayBuffer(4));

/** The first process to get to this step, of those that share the folder, waits until it may go on. Nothing else of it runs. */
export function holdAt(step: string, folder: string): void {
  const at = join(folder, step);
  try {
    writeSync(openSync(at, 'wx'), String(process.pid));
  } catch {
    return;
  }
  while (!existsSync(`${at}.go`)) Atomics.wait(turn, 0, 0, LOOK_MS);
}

/** The process that stands there, once one does. */
export const heldAt = (step: string, folder: string): number | undefined => {
  const at = join(folder, step);
  return existsSync(at) ? Number(readFileSync(at, 'utf8')) || undefined : undefined;
};

export const letGo = (step: string, folder: string): void => writeFileSync(join(folder, `${step}.go`), '');

/**
 * Ends what an exec has started. The engine has no request for that, and its process id is the host's, which may not be
 * the host that Paksa sees; so a program is known by a variable in its environment, which its children inherit.
 */
import { readdir, readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Inspected } from './containers.ts';

export const MARK = 'PAKSA_EXEC';

/** Time for the program to clean up after SIGTERM. */
const GRACE_MS = 2_000;

/** For the requests of the ending itself: the caller's time is up already. */
const ENDING_MS = 5_000;

const END = `
import os, signal, sys, time
def marked():
    for pid in os.listdir("/proc"):
        try:
            if pid.isdigit() and sys.argv[1].encode() in open("/proc/%s/environ" % pid, "rb").read().split(b"\\0"):
                yield int(pid)
        except OSError:
            pass
def tell(number):
    for pid in list(marked()):
        try:
            os.kill(pid, number)
        except OSError:
            pass
tell(signal.SIGTERM)
until = time.monotonic() + float(sys.argv[2])
while any(marked()) and time.monotonic() < until:
    time.sleep(0.05)
tell(signal.SIGKILL)
`;

/**
 * Whether it has ended. Where Paksa may not see the container's processes (it is not root, or in a container itself) and
 * the image has no python3, it cannot be: the program goes on until it ends by itself.
 */
export async function endMarked({ container }: Inspected, mark: string): Promise<boolean> {
  const entry = `${MARK}=${mark}`;
  if (await endFromHere(entry)) return true;
  try {
    const abortSignal = AbortSignal.timeout(ENDING_MS);
    const exec = await container.exec({
      Cmd: ['python3', '-I', '-S', '-c', END, entry, String(GRACE_MS / 1000)],
      AttachStdout: true,
      AttachStderr: true,
      abortSignal,
    });
    const stream = await exec.start({ hijack: true, stdin: false, abortSignal });
    for await (const _ of addAbortSignal(abortSignal, stream));
    return (await exec.inspect({ abortSignal })).ExitCode === 0;
  } catch {
    // The engine does not answer, or the container is gone: the caller tells of its own error.
    return false;
  }
}

/** Whether there was something to end. */
async function endFromHere(entry: string): Promise<boolean> {
  const pids = await marked(entry);
  if (pids.length === 0) return false;
  tell(pids, 'SIGTERM');
  const until = performance.now() + GRACE_MS;
  while ((await marked(entry)).length > 0 && performance.now() < until) await setTimeout(50);
  tell(await marked(entry), 'SIGKILL');
  return true;
}

async function marked(entry: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environ.split('\0').includes(entry) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function tell(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // gone already
    }
  }
}

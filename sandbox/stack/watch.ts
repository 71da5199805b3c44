/** Looks at a folder when it may have changed: by the kernel's word, once a second where it gives none, and when asked to. */
import { watch } from 'node:fs';

const EVERY_MS = 1_000;

export interface FolderWatcher {
  /** Resolves after a look that began after this call. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** Looks are never concurrent: an older one could overtake a newer one's reading. */
export function watchFolder(directory: string, look: () => Promise<void>): FolderWatcher {
  let last = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const enqueue = (): Promise<void> => {
    waiting ??= last = last.then(() => {
      waiting = undefined;
      return look();
    });
    return waiting;
  };
  const watcher = watch(directory, { persistent: false }, enqueue);
  watcher.on('error', () => {}); // the folder has gone: the timer goes on looking for it
  const timer = setInterval(enqueue, EVERY_MS).unref();
  return {
    look: enqueue,
    async stop() {
      watcher.close();
      clearInterval(timer);
      await last;
    },
  };
}

/** Ends the process when it is asked to, with what it has started so far. */

/** A terminal and npm both deliver one Ctrl-C: what follows within this, in milliseconds, is the same one. */
const SAME_REQUEST_MS = 1_000;

/** Calls `stop` at the first SIGINT, SIGTERM or SIGHUP, then exits. A later one is from somebody who will not wait. */
export function stopOnSignal(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let askedAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt > SAME_REQUEST_MS) process.exit(1);
      return;
    }
    askedAt = performance.now();
    stop(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

/** Keeps what has been started, and ends it in the reverse order, each once. */
export function closers() {
  const ends: (() => Promise<void>)[] = [];
  return {
    opened: (end: () => Promise<void>): void => {
      ends.push(end);
    },
    closeAll: async (): Promise<void> => {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

/** Shows how far a look has come, one state after the other, while it goes on. */

export interface Showing<State> {
  next(state: State): void;
  /** Resolves once the last one is shown. @throws what the first that could not be shown failed with */
  ended(): Promise<void>;
}

export function createShowing<State>(show: (state: State) => Promise<void>): Showing<State> {
  let last: Promise<void> = Promise.resolve();
  return {
    next: (state) => {
      last = last.then(() => show(state));
      // It is told at the end. Heard by nobody until then, it would end the process.
      last.catch(() => undefined);
    },
    ended: () => last,
  };
}

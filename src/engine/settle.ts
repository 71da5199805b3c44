/** Looks until what was done shows, or its time is up; and, where a look is only of a moment, whether it still shows a while later. */

export interface Settling {
  /** How long the change may take to show, in milliseconds. */
  readonly withinMs: number;
  /** What is measured has to pass twice in a row: one quiet second after a restart is no mend. */
  readonly isMeasured: boolean;
  /** @throws when the claim was lost */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** A server takes a moment to notice a new file: how long to wait between two looks, in milliseconds. */
const BETWEEN_LOOKS_MS = 500;
/** Between two looks that have to agree, in milliseconds: a process that was started anew is at work by then. */
const STEADY_MS = 5_000;

/** Resolves with what was seen last. */
export async function settle<Seen extends { readonly passed: boolean }>(
  look: () => Promise<Seen>,
  { withinMs, isMeasured, pause }: Settling,
): Promise<Seen> {
  const until = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen.passed && !isMeasured) return seen;
    if (seen.passed) {
      await pause(STEADY_MS);
      const again = await look();
      if (again.passed || performance.now() >= until) return again;
    } else if (performance.now() >= until) return seen;
    await pause(BETWEEN_LOOKS_MS);
  }
}

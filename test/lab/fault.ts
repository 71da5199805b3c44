/** A fault of the real system: how it is brought about, who has to find it, and what has to help. */

interface Broken<Stack> {
  /** Lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly topic: string;
  /** For the report: what is broken, in a few words. */
  readonly what: string;
  /** Resolves once the fault can be seen. */
  inject(stack: Stack): Promise<void>;
  /** Brings back what was there, whatever has been done to it since. */
  mend(stack: Stack): Promise<void>;
  /** The checks of the topic that must find it. */
  readonly foundBy: readonly string[];
  /** Topics in which it is a problem too, beyond what the topic itself says that it explains. */
  readonly alsoIn?: readonly string[];
  /** Logs tell of it for a while after it was mended: the next fault waits until its topic is quiet again. */
  readonly lingers?: boolean;
}

/** Its fix must be suggested, do what its preview promised, help, and be verified. */
interface Fixable<Stack> {
  readonly fix: string;
  /** Whether what the preview promised has come about, as the system itself says it: not as Paksa does. */
  promised(stack: Stack, preview: Promised): Promise<boolean>;
  /**
   * Makes the fix itself fail, where that the fault comes back would not be seen by its verification; `mend` takes it back.
   */
  spoil?(stack: Stack): Promise<void>;
  /** After an undo, what makes it show again, where being as it was is not enough. */
  provoke?(stack: Stack): Promise<void>;
}

/** Why there is no fix. */
interface Unfixable {
  readonly fix: { readonly none: string };
}

export type Fault<Stack> = Broken<Stack> & (Fixable<Stack> | Unfixable);
/** One that no fix mends. */
export type LeftToPeople<Stack> = Broken<Stack> & Unfixable;

export const isFixable = <Stack>(fault: Fault<Stack>): fault is Broken<Stack> & Fixable<Stack> =>
  typeof fault.fix === 'string';

/** What a preview promised, for `promised` to hold against the system. */
export interface Promised {
  readonly summary: string;
  readonly changes: readonly { readonly what: string; readonly before: string; readonly after: string }[];
  /** When the fix was asked for, epoch milliseconds. */
  readonly since: number;
}

/** A fault of the real system: how it is brought about, who has to find it, and what has to help. */

export interface Fault<Stack> {
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
  /** The fix that must be suggested, work, and be verified; without one, why there is none. */
  readonly fix: string | { readonly none: string };
  /**
   * Makes the fix itself fail, where that the fault comes back would not be seen by its verification; `mend` takes it back.
   */
  spoil?(stack: Stack): Promise<void>;
  /** Topics in which it is a problem too, beyond what the topic itself says that it explains. */
  readonly alsoIn?: readonly string[];
  /** Whether what the preview promised has happened; the default compares nothing beyond the verification. */
  promised?(stack: Stack, preview: Promised): Promise<boolean>;
}

/** What a preview promised, for `promised` to hold against the system. */
export interface Promised {
  readonly summary: string;
  readonly changes: readonly { readonly what: string; readonly before: string; readonly after: string }[];
}

/** What the workspace asks of the small Paksa stack behind it: what can be broken, and how it is now. */
import type { StackState } from '../page/api.ts';

export interface Stack {
  /** The configuration that lets Paksa look after it: the value of `environments.sandbox` in paksa.yaml. */
  readonly environment: Record<string, unknown>;
  state(): Promise<StackState>;
  /** Injects a fault by id, or mends everything. @throws Error with a sentence for people on an unknown id */
  inject(fault: string): Promise<void>;
  /** Called after every change of state, however it came about. */
  onChange(listener: () => void): void;
  stop(): Promise<void>;
}

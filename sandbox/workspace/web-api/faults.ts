/** Faults for tests: calls that fail, hang, or take effect and lose their answer; and a workspace that is not there at all. */

export interface Fault {
  /** HTTP status, such as 500 or 429. */
  status?: number;
  /** Seconds, with status 429. */
  retryAfter?: number;
  /** Slack's error, such as `internal_error`. */
  error?: string;
  /** The call takes effect, and the connection breaks before its answer. */
  dropAnswer?: boolean;
  /** The call does nothing and is never answered. */
  hang?: boolean;
}

export interface Faults {
  failNext(method: string, fault: Fault, times?: number): void;
  next(method: string): Fault | undefined;
  isOffline: boolean;
}

export function createFaults(): Faults {
  const planned = new Map<string, Fault[]>();
  return {
    failNext: (method, fault, times = 1) => {
      const faults = planned.get(method) ?? [];
      planned.set(method, [...faults, ...Array.from({ length: times }, () => fault)]);
    },
    next: (method) => planned.get(method)?.shift(),
    isOffline: false,
  };
}

/**
 * The two errors that are not bugs. A `UserError` is safe to show and says the next step; an `AdapterError`
 * says which system failed at which operation. They are translated once, at each border.
 */

/** What a person did or asked for cannot be done; the message tells them what to do next. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Why an outside system could not do what it was asked. */
export type AdapterFault =
  | 'not-configured'
  | 'unreachable'
  | 'refused'
  | 'forbidden'
  | 'timed-out'
  | 'not-found'
  | 'failed';

export interface AdapterErrorDetail {
  /** The system that failed, such as `tls` or `certbot`. */
  readonly system: string;
  /** What was being done, such as `handshake`. */
  readonly operation: string;
  readonly fault: AdapterFault;
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  /** How long the system asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An outside system failed. The message is safe to show after redaction and says the next step. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly system: string;
  readonly operation: string;
  readonly fault: AdapterFault;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;

  constructor(message: string, detail: AdapterErrorDetail) {
    super(message, { cause: detail.cause });
    this.system = detail.system;
    this.operation = detail.operation;
    this.fault = detail.fault;
    this.retryable = detail.retryable;
    if (detail.retryAfterMs !== undefined) this.retryAfterMs = detail.retryAfterMs;
  }
}

/** Whether what was asked may have been done all the same: a refusal is an answer. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof AdapterError && (error.fault === 'unreachable' || error.fault === 'timed-out');

/** The text of anything thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

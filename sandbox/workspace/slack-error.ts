/** A refusal in Slack's words: `{ ok: false, error }`. Thrown by whoever finds it, answered at the border. */
import type { Fields } from './fields.ts';

export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  /** More of the answer, such as `response_metadata`. */
  readonly detail: Fields;

  constructor(code: string, detail: Fields = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** Refused with what is wrong, each sentence where Slack's clients look for it. */
export function refusedFor(code: string, reasons: readonly string[]): SlackError {
  return new SlackError(code, {
    errors: reasons,
    response_metadata: { messages: reasons.map((reason) => `[ERROR] ${reason}`) },
  });
}

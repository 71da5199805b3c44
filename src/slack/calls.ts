/** Calls to Slack's Web API, their errors told in the engine's words. Nothing retries here: the durable tasks do. */
import { ErrorCode, WebClient } from '@slack/web-api';
import { z } from 'zod';
import { AdapterError, type AdapterFault, isUnanswered } from '../errors.ts';

export interface SlackConnection {
  readonly botToken: string;
  /** Ends in `/`; Slack's own when unset. */
  readonly apiUrl?: string | undefined;
}

/** How long one call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 10_000;

/** A client whose queue never waits: a 429 pauses the one message that met it, not the others. */
export const openClient = ({ botToken, apiUrl }: SlackConnection): WebClient =>
  new WebClient(botToken, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_TIMEOUT_MS,
  });

const Failure = z.object({
  code: z.string().optional(),
  data: z.object({ error: z.string() }).optional(),
  retryAfter: z.number().optional(),
  message: z.string().optional(),
});

/** Slack's errors that somebody has to do something about, and what. */
const REMEDIES: Readonly<Record<string, readonly [AdapterFault, string]>> = {
  not_in_channel: ['forbidden', 'invite Paksa to the channel'],
  channel_not_found: ['not-found', 'invite Paksa to the channel, or correct its id in paksa.yaml'],
  is_archived: ['not-found', 'the channel is archived: choose another one'],
  user_not_found: ['not-found', 'correct the user’s id in paksa.yaml'],
  user_disabled: ['not-found', 'the user is deactivated: put somebody else into paksa.yaml'],
  users_not_found: ['not-found', 'correct the user’s id in paksa.yaml'],
  invalid_auth: ['forbidden', 'check SLACK_BOT_TOKEN and SLACK_APP_TOKEN'],
  token_revoked: ['forbidden', 'SLACK_BOT_TOKEN was revoked: install the app again'],
  account_inactive: ['forbidden', 'SLACK_BOT_TOKEN belongs to a deactivated app: install it again'],
  missing_scope: ['forbidden', 'the app lacks a scope: update it from manifest.yml'],
  expired_trigger_id: ['timed-out', 'press the button again'],
};
/** It is Slack that failed, and it may have been done all the same: Slack says so of these. */
const ITS_OWN = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** Carries out one call. @throws AdapterError; its outcome is unknown where the fault is `unreachable` or `timed-out` */
export async function call<Result>(operation: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw translate(operation, error);
  }
}

function translate(operation: string, cause: unknown): AdapterError {
  const { code, data, retryAfter, message } = Failure.safeParse(cause).data ?? {};
  const detail = { system: 'slack', operation, cause };
  if (code === ErrorCode.RateLimitedError)
    return new AdapterError(`Slack asks to wait ${retryAfter ?? 1} s before the next ${operation}.`, {
      ...detail,
      fault: 'refused',
      retryable: true,
      retryAfterMs: (retryAfter ?? 1) * 1000,
    });
  if (code === ErrorCode.PlatformError && data && !ITS_OWN.has(data.error)) {
    const [fault, remedy] = REMEDIES[data.error] ?? ['failed', 'see Slack’s documentation of this error'];
    const text = `Slack refused ${operation}: ${data.error}; ${remedy}.`;
    return new AdapterError(text, { ...detail, fault, retryable: false });
  }
  return new AdapterError(`Slack did not answer ${operation}: ${data?.error ?? message ?? String(cause)}.`, {
    ...detail,
    fault: 'unreachable',
    retryable: true,
  });
}

/** Whether Slack may have done it all the same. */
export const isUnknown = (error: unknown): boolean => !(error instanceof AdapterError) || isUnanswered(error);

/** Slack's own word for what went wrong, such as `message_not_found`. */
export const slackError = (error: unknown): string | undefined =>
  error instanceof AdapterError ? Failure.safeParse(error.cause).data?.data?.error : undefined;

/** A token that Slack refuses will not get better; a Slack that is away will. @throws AdapterError */
export async function refuseBadToken(client: WebClient): Promise<void> {
  try {
    await call('auth.test', client.auth.test());
  } catch (error) {
    if (!(error instanceof AdapterError) || !error.retryable) throw error;
  }
}

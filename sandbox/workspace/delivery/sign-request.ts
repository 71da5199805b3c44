/** Slack's request signature, for the workspace and for tests that forge one. */
import { createHmac } from 'node:crypto';

/**
 * @param body exactly as it is sent
 * @param timestamp seconds since 1970
 * @returns the headers of a signed request
 */
export function signRequest(secret: string, body: string, timestamp: number): Record<string, string> {
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': `v0=${digest}` };
}

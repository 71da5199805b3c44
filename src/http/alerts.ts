/**
 * POST /alerts/…: what monitoring sends. Who may send is asked first; then it is read, kept, and only then answered with 200.
 * Alertmanager sends again what was answered with 5xx, and nothing else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { TakenIn } from '../engine/intake.ts';
import { ALERT_SOURCES, type Alert, type AlertSource } from '../incident/alert.ts';
import { PAYLOADS } from './alert-payloads.ts';
import { type Headers, json, notKept } from './answer.ts';
import { readBody } from './body.ts';
import { carriesToken } from './token.ts';

export interface AlertIntake {
  /** Undefined where none is configured: nobody may send then. */
  readonly token: string | undefined;
  /** Resolves once they are kept. Rejects when they could not be. */
  readonly takeIn: (alerts: readonly Alert[]) => Promise<TakenIn>;
  /** Its sender left alerts out of what it sent: nobody else will say so. */
  readonly onLeftOut: (source: AlertSource, alerts: number) => void;
  readonly onError: (error: unknown) => void;
}

const PREFIX = '/alerts/';
/** In bytes. */
const MOST_BYTES = 1_000_000;
const SHOWN_ISSUES = 10;

export const isOfAlerts = (pathname: string): boolean => pathname.startsWith(PREFIX);

export async function answerAlerts(
  { token, takeIn, onLeftOut, onError }: AlertIntake,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, body: unknown, headers?: Headers): void =>
    json(response, status, body, headers);
  const refuse = (status: number, error: string, headers?: Headers): void => {
    // Not read, but taken: who is still sending would not hear the answer.
    request.resume();
    answer(status, { error }, headers);
  };
  const source = ALERT_SOURCES.find((each) => pathname === `${PREFIX}${each}`);
  if (source === undefined)
    return refuse(404, `There are ${ALERT_SOURCES.map((each) => `${PREFIX}${each}`).join(', ')}.`);
  if (token === undefined)
    return refuse(
      404,
      'No alerts are taken in here: name a variable in alerts.tokenEnv (paksa.yaml), and set it.',
    );
  if (request.method !== 'POST') return refuse(405, 'POST only', { allow: 'POST' });
  if (!carriesToken(request.headers.authorization, token))
    return refuse(
      401,
      'Send the token that alerts.tokenEnv names, as a bearer or as the password of HTTP basic.',
      {
        'www-authenticate': 'Bearer, Basic realm="Paksa alerts"',
      },
    );
  const raw = await readBody(request, MOST_BYTES);
  if (raw === undefined)
    return refuse(
      413,
      `More than ${MOST_BYTES} bytes: let fewer alerts be sent at once (Alertmanager: max_alerts).`,
    );
  const read = readAs(source, raw);
  if ('refused' in read)
    return answer(400, { error: 'The body is not as it should be.', problems: read.refused });
  const { alerts, leftOut } = read;
  if (leftOut > 0) onLeftOut(source, leftOut);
  try {
    answer(200, { status: 'kept', ...(await takeIn(alerts)) });
  } catch (error) {
    onError(error);
    notKept(response);
  }
}

type Read = { readonly alerts: readonly Alert[]; readonly leftOut: number };

function readAs(source: AlertSource, raw: string): Read | { readonly refused: readonly string[] } {
  let body: unknown;
  try {
    body = JSON.parse(raw);
  } catch (error) {
    return { refused: [`is not JSON: ${error instanceof Error ? error.message : error}`] };
  }
  const { data, error } = PAYLOADS[source].safeParse(body);
  if (data) return data;
  return { refused: error.issues.slice(0, SHOWN_ISSUES).map(problemOf) };
}

const problemOf = ({ path, message }: z.core.$ZodIssue): string =>
  `${path.map(String).join('.') || 'the body'} ${message}`;

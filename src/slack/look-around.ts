/** What other replicas have left of an incident in its thread: each of Paksa's messages says what it is about. */
import type { WebClient } from '@slack/web-api';
import type { SeenElsewhere } from '../engine/alone.ts';
import { call } from './calls.ts';
import { markOf, namesOf, type Posted } from './outbox.ts';

export interface LookAroundDeps {
  readonly client: WebClient;
  readonly installation: string;
  /** When the database was last heard, by this machine's clock; epoch milliseconds. */
  readonly heardAt: number;
}

/** This machine's clock and Slack's may differ by so much, in milliseconds. */
const SKEW_MS = 120_000;
const MOST = 200;

/** Begins the keys of what a replica without the database says of an incident. */
export const aloneKeys = (incident: string): string => `alone/${incident}/`;
export const stepKey = (incident: string, level: number, attempt: number): string =>
  `${aloneKeys(incident)}${level}/${attempt}`;
export const stoppedKey = (incident: string): string => `${aloneKeys(incident)}stopped`;

export async function lookAround(
  { client, installation, heardAt }: LookAroundDeps,
  incident: string,
  card: Posted | undefined,
): Promise<SeenElsewhere> {
  if (!card) return { version: 0, claimed: new Set(), isStopped: false };
  const { channel, ts } = card;
  const oldest = String((heardAt - SKEW_MS) / 1000);
  const answer = await call(
    'conversations.replies',
    client.conversations.replies({ channel, ts, oldest, limit: MOST, include_all_metadata: true }),
  );
  const events = markOf(installation, `event/${incident}/`);
  const alone = markOf(installation, aloneKeys(incident));
  const marks = (answer.messages ?? []).flatMap(({ metadata }) => namesOf(metadata)?.mark ?? []);
  const after = (prefix: string) =>
    marks.flatMap((mark) => (mark.startsWith(prefix) ? [mark.slice(prefix.length)] : []));
  const left = after(alone);
  return {
    // `5-7`: the lines of the log that a message holds.
    version: Math.max(0, ...after(events).map((lines) => Number(lines.split('-').at(-1)))),
    claimed: new Set(left),
    isStopped: left.includes('stopped'),
  };
}

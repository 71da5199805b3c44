/** Ids and timestamps in Slack's formats. */
import { randomBytes } from 'node:crypto';

/** @param prefix Slack's letter for the kind of thing, such as `V` for a view */
export function makeId(prefix: string): string {
  return prefix + randomBytes(8).toString('hex').toUpperCase().slice(0, 10);
}

export function makeToken(bytes = 12): string {
  return randomBytes(bytes).toString('hex');
}

/** Timestamps name messages, so that no two may be the same and none may go back, whatever the clock does. */
export function timestamps(clock: () => number, latest: string | undefined): () => string {
  let last = latest === undefined ? 0n : BigInt(latest.replace('.', ''));
  return () => {
    const now = BigInt(Math.trunc(clock() * 1000));
    last = now > last ? now : last + 1n;
    const digits = last.toString().padStart(16, '0');
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  };
}

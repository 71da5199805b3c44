/** Durations as people write them in paksa.yaml: `90s`, `10m`, `1h30m`, `2d`. Bare numbers are refused: ten of what? */
import { z } from 'zod';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const WRITTEN = /^(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/;

/** Milliseconds, or undefined when it is not written as a duration. */
export function parseDuration(written: string): number | undefined {
  const parts = WRITTEN.exec(written.trim());
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
}

/** A duration between two others, read into milliseconds. */
export function duration(least: string, most: string) {
  const low = parseDuration(least) ?? 0;
  const high = parseDuration(most) ?? Number.POSITIVE_INFINITY;
  const what = `a duration from ${least} to ${most}, such as 90s, 10m or 1h30m`;
  const refuse = ({ input }: { input: unknown }): string =>
    typeof input === 'number'
      ? `must be ${what}: ${input} has no unit, did you mean ${input}m?`
      : `must be ${what}`;
  return z.string({ error: refuse }).transform((written, context) => {
    const parsed = parseDuration(written);
    if (parsed !== undefined && parsed >= low && parsed <= high) return parsed;
    context.issues.push({ code: 'custom', message: refuse({ input: written }), input: written });
    return z.NEVER;
  });
}

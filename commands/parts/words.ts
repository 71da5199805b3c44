/** Figures as people read them on a phone. */

export const day = (date: Date): string => date.toISOString().slice(0, 10);

/** `2026-11-23 14:05:09Z`. */
export const moment = (date: Date): string => `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** `1 day`, `2 days`; `many` where an s is not enough. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en-US')} ${Math.abs(number) === 1 ? one : many}`;

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 MiB`, `1.5 GiB`. */
export function bytes(number: number): string {
  const power = Math.min(BYTES.length - 1, number < 1 ? 0 : Math.floor(Math.log2(number) / 10));
  const scaled = number / 1024 ** power;
  return `${scaled >= 100 || Number.isInteger(scaled) ? Math.round(scaled) : scaled.toFixed(1)} ${BYTES[power]}`;
}

/** `12 ms`, `1.2 s`, `5 min`, `3 h`, `2 days`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * 86_400_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** `5 min ago`, `just now`. */
export const ago = (at: Date, now: Date): string => {
  const ms = now.getTime() - at.getTime();
  return ms < 1000 ? 'just now' : `${span(ms)} ago`;
};

/** `83 %`. */
export const percent = (share: number): string =>
  `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Text cut to a length, with an ellipsis where it was cut. */
export const short = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

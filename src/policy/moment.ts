/** Moments as people type them, read on the wall’s clock of a schedule’s zone: `now`, `18:00`, `2026-12-24 18:00`; and lengths: `2h`. */
import { DAY, dayOf, HOUR, instantOf, MINUTE, midnightOf, timeOf, wallOf } from './wall-clock.ts';

export interface Period {
  readonly from?: number;
  readonly to?: number;
  /** A word that is no moment. */
  readonly unknown?: string;
}

/** Words between moments that say which is which, or nothing. */
const TO = new Set(['to', 'until', 'till', 'for', '-']);
const FROM = new Set(['from']);

/** `[from] [to]`, in lower case; what is not there is left open, and a length such as `2h` says for how long. `now`: epoch milliseconds. */
export function periodOf(words: readonly string[], zone: string, now: number): Period {
  let period: Period = {};
  let next: 'from' | 'to' = 'from';
  for (const word of joined(words)) {
    if (TO.has(word)) next = 'to';
    else if (!FROM.has(word)) {
      const length = lengthOf(word);
      if (length !== undefined) next = 'to';
      const begins = period.from ?? now;
      const moment =
        length === undefined ? momentOf(word, zone, next === 'to' ? begins : now) : begins + length;
      if (moment === undefined || period[next] !== undefined) return { unknown: word };
      period = { ...period, [next]: moment };
      next = 'to';
    }
  }
  return period;
}

/** A day and the time after it are one moment. */
function* joined(words: readonly string[]): Generator<string> {
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    if (before !== undefined && dayOf(before) !== undefined && timeOf(word) !== undefined) continue;
    const after = words[index + 1];
    const isDay = dayOf(word) !== undefined && after !== undefined && timeOf(after) !== undefined;
    yield isDay ? `${word}t${after}` : word;
  }
}

/** Of a time without a day, the first that is later than `after`. Undefined when it is no moment. */
function momentOf(word: string, zone: string, after: number): number | undefined {
  if (word === 'now') return after;
  const time = timeOf(word);
  if (time !== undefined) {
    const today = midnightOf(wallOf(zone, after)) + time;
    const first = instantOf(zone, today);
    return first > after ? first : instantOf(zone, today + DAY);
  }
  const [date = '', at = '00:00'] = word.split('t');
  const day = dayOf(date);
  const within = timeOf(at);
  return day === undefined || within === undefined ? undefined : instantOf(zone, day + within);
}

/** `1d2h30m` in milliseconds; undefined when it is no length. */
function lengthOf(word: string): number | undefined {
  const parts = /^\+?(?=\d)(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?$/.exec(word);
  if (!parts) return undefined;
  const [days = 0, hours = 0, minutes = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * DAY + hours * HOUR + minutes * MINUTE;
}

/** Moments as people type them, read on the wall's clock of a schedule's zone: `now`, `18:00`, `2026-12-24 18:00`, `2h`. */
import { DAY, dayOf, HOUR, instantOf, MINUTE, midnightOf, timeOf, wallOf } from './wall-clock.ts';

export interface Period {
  readonly from?: number;
  readonly to?: number;
  /** A word that is no moment. */
  readonly unknown?: string;
}

/** Words between moments that say which is which, or nothing. */
const TO = new Set(['to', 'until', 'till', '-']);
const FROM = new Set(['from']);

/** `[from] [to]`, in lower case; what is not there is left open. `now`: epoch milliseconds. */
export function periodOf(words: readonly string[], zone: string, now: number): Period {
  let period: Period = {};
  let next: 'from' | 'to' = 'from';
  const rest = [...joined(words)];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (TO.has(word)) next = 'to';
    else if (!FROM.has(word)) {
      const after = next === 'to' ? (period.from ?? now) : now;
      const moment = period[next] === undefined ? momentOf(word, zone, after) : undefined;
      if (moment === undefined) return { unknown: word };
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

const UNITS = { m: MINUTE, h: HOUR, d: DAY } as const;

/** Of a time without a day, the first that is later than `after`. Undefined when it is no moment. */
function momentOf(word: string, zone: string, after: number): number | undefined {
  if (word === 'now') return after;
  const [, ...parts] = /^\+?(?=\d)(\d{1,4}d)?(\d{1,4}h)?(\d{1,5}m)?$/.exec(word) ?? [];
  if (parts.length > 0) return parts.reduce((sum, part) => sum + lengthOf(part), after);
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

function lengthOf(part: string | undefined): number {
  const unit = part?.at(-1);
  return unit === 'm' || unit === 'h' || unit === 'd' ? Number.parseInt(part ?? '', 10) * UNITS[unit] : 0;
}

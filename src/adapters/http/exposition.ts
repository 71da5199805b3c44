/** The Prometheus text exposition format: one sample a line, comments between them. */
import type { Sample } from './port.ts';

/** More than a finding can show: a word that matches so many is too short. */
const MOST_SAMPLES = 200;
const MOST_LABEL_CHARACTERS = 300;
/** A longer line is no sample that anybody could read. */
const MOST_LINE_CHARACTERS = 10_000;

/** Name, labels whose quoted values may hold anything, value; a timestamp or an OpenMetrics exemplar may follow. */
const LINE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+([+-]?[\w.+-]+)(?:[ \t]|$)/;

/** The samples whose name holds `word`, NaN left out; nothing, when the text holds no sample at all. */
export function readExposition(text: string, word: string): readonly Sample[] | undefined {
  const found: Sample[] = [];
  let any = false;
  for (const line of text.split('\n')) {
    if (line.length > MOST_LINE_CHARACTERS) continue;
    const [, name, labels = '', written] = LINE.exec(line.trim()) ?? [];
    const value = numberFrom(written);
    if (name === undefined || value === undefined) continue;
    any = true;
    if (!name.includes(word) || Number.isNaN(value)) continue;
    found.push({ name, labels: labels.slice(0, MOST_LABEL_CHARACTERS), value });
    if (found.length === MOST_SAMPLES) break;
  }
  return any ? found : undefined;
}

/** Go's way of writing numbers, as far as it is not JavaScript's. */
function numberFrom(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const [, sign, infinity] = /^([+-]?)(inf(?:inity)?)$/i.exec(written) ?? [];
  if (infinity !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^[+-]?nan$/i.test(written)) return Number.NaN;
  const value = Number(written);
  return Number.isNaN(value) ? undefined : value;
}

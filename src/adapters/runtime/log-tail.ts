/** The newest lines of a log as it is read, `<RFC 3339 time> <text>` each, as Docker and Kubernetes print them with timestamps. */
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import type { LogLine, LogTail } from './port.ts';

/** Lines kept of each replica when the caller does not say. */
export const DEFAULT_MAX_LINES = 2000;

const LINE_CHARACTERS = 4000;

/** Kept of one replica: above it the oldest lines go. */
const MAX_CHARACTERS = 2 * 1024 * 1024;

/** A time with nanoseconds and an offset, and the blank after it. */
const TIME_CHARACTERS = 36;

const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))(?: (.*))?$/s;

export interface LogReader {
  /** A piece of what is read; `stream` keeps the halves of stdout's lines from stderr's. */
  add(chunk: Buffer, stream?: string): void;
  /** Once all is read: a last line without a line break is one too. */
  end(): LogTail;
}

export function readLog(replica: string, maxLines: number = DEFAULT_MAX_LINES): LogReader {
  const lines: LogLine[] = [];
  const streams = new Map<string, { decoder: StringDecoder; open: string }>();
  let characters = 0;
  let truncated = false;

  const keep = (text: string): void => {
    const line = parseLine(replica, text, lines.at(-1)?.at);
    if (line === undefined) return;
    lines.push(line);
    characters += line.text.length;
    while (lines.length > maxLines || characters > MAX_CHARACTERS) {
      characters -= lines.shift()?.text.length ?? 0;
      truncated = true;
    }
  };

  return {
    add(chunk, stream = 'stdout') {
      const state = streams.get(stream) ?? { decoder: new StringDecoder('utf8'), open: '' };
      streams.set(stream, state);
      const pieces = state.decoder.write(chunk).split('\n');
      const last = pieces.pop() ?? '';
      for (const piece of pieces) {
        keep(state.open + piece);
        state.open = '';
      }
      // A line that never ends must not fill the memory: what is beyond its cut is dropped as it comes.
      state.open = (state.open + last).slice(0, LINE_CHARACTERS + TIME_CHARACTERS);
    },
    end() {
      for (const { decoder, open } of streams.values()) {
        const rest = open + decoder.end();
        if (rest !== '') keep(rest);
      }
      return { lines, truncated };
    },
  };
}

/** One log of several replicas, in time order. */
export const mergeTails = (tails: readonly LogTail[]): LogTail => ({
  lines: tails.flatMap(({ lines }) => lines).sort((one, other) => one.at.getTime() - other.at.getTime()),
  truncated: tails.some(({ truncated }) => truncated),
});

/** A line without a time belongs to the one before it; at the very beginning it is the rest of one that was cut off. */
function parseLine(replica: string, raw: string, before: Date | undefined): LogLine | undefined {
  const [, time, stamped] = STAMPED.exec(raw.replace(/\r+$/, '')) ?? [];
  const at = time === undefined ? before : new Date(time);
  if (at === undefined || Number.isNaN(at.getTime())) return undefined;
  const text = stripVTControlCharacters(time === undefined ? raw : (stamped ?? ''));
  return { replica, at, text: text.slice(0, LINE_CHARACTERS) };
}

/** A stream's text within a bound: its beginning, which says what it is, and its end, which says how it ended. */

/** What one stream keeps, in bytes, unless the caller says otherwise. */
export const DEFAULT_MAX_BYTES = 256 * 1024;

const GAP = '\n…\n';

export interface BoundedText {
  add(chunk: Buffer): void;
  /** Half of the bound from the beginning, half from the end, and a line `…` between them where something was dropped. */
  text(): string;
  truncated(): boolean;
}

export function boundedText(maxBytes = DEFAULT_MAX_BYTES): BoundedText {
  const headRoom = Math.ceil(maxBytes / 2);
  const tailRoom = maxBytes - headRoom;
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let dropped = false;

  const shorten = (): void => {
    const whole = Buffer.concat(tail);
    // A copy, so that the chunks it was cut from are free to go.
    tail = [Buffer.from(whole.subarray(Math.max(0, whole.length - tailRoom)))];
    dropped ||= whole.length > tailRoom;
    tailBytes = Math.min(whole.length, tailRoom);
  };

  return {
    add(chunk) {
      const first = chunk.subarray(0, headRoom - headBytes);
      if (first.length > 0) {
        head.push(first);
        headBytes += first.length;
      }
      const rest = chunk.subarray(first.length);
      if (rest.length === 0) return;
      tail.push(rest);
      tailBytes += rest.length;
      // Not at every chunk: each shortening copies.
      if (tailBytes > 2 * tailRoom + 65_536) shorten();
    },
    text() {
      if (tailBytes > tailRoom) shorten();
      if (!dropped) return Buffer.concat([...head, ...tail]).toString('utf8');
      return `${Buffer.concat(head).toString('utf8')}${GAP}${Buffer.concat(tail).toString('utf8')}`;
    },
    truncated: () => dropped || tailBytes > tailRoom,
  };
}

/** Lines sent before, for Arrow-Up in an empty composer, as in a terminal. */
import { useRef } from 'react';

const sent: string[] = [];

export function noteSent(line: string): void {
  if (sent.at(-1) !== line) sent.push(line);
}

export interface History {
  /** The line before (-1) or after (1) the one shown; empty past the newest, nothing where there is no more. */
  step(by: -1 | 1): string | undefined;
  /** Whether `text` came from here and is unchanged, so that the arrows go on. */
  shows(text: string): boolean;
}

export function useHistory(): History {
  const at = useRef<number>(undefined);
  return {
    step: (by) => {
      const next = (at.current ?? sent.length) + by;
      if (next < 0 || next > sent.length) return undefined;
      at.current = next === sent.length ? undefined : next;
      return sent[next] ?? '';
    },
    shows: (text) => {
      if (text === '') at.current = undefined;
      return text === '' || (at.current !== undefined && sent[at.current] === text);
    },
  };
}

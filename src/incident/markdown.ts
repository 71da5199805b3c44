/** Text from outside in Markdown: whatever it says, it is text, on one line, and no HTML, link, table or heading comes of it. */

/** Bidirectional controls reorder what is read; the rest of these are invisible. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;
const MOST = 4_000;

export const plain = (text: string): string =>
  text.replace(UNSEEN, '').replace(/\s+/g, ' ').trim().slice(0, MOST).toWellFormed();

export const md = (text: string): string =>
  plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~#!]/g, '\\$&')
    // What would begin a list or a heading, where it is the first on its line.
    .replace(/^([-+=]|\d+[.)])/, '\\$1');

/** `2026-11-30 02:14:09`, in UTC. */
export const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** `12 s`, `3 min 5 s`, `1 h 5 min`, `2 d 3 h`. */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const parts = [
    days > 0 ? `${days} d` : '',
    hours > 0 ? `${hours} h` : '',
    days === 0 && minutes > 0 ? `${minutes} min` : '',
    days + hours === 0 && (minutes === 0 || seconds % 60 > 0) ? `${seconds % 60} s` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** Cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

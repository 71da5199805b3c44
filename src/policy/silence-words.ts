/** A silence as people type it: `ssl team=billing --env production for 2h because of the upgrade`, with labels and reason as typed. */

export interface AskedSilence {
  /** What it is about; every topic when it is `all`. */
  readonly topic?: string;
  readonly environment?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** When, in lower case: read later, on a zone's clock. */
  readonly moments: readonly string[];
  readonly reason?: string;
  /** A word that is none of these, said back. */
  readonly unknown?: string;
}

const LABEL = /^([a-zA-Z_][a-zA-Z0-9_.-]*)=(.+)$/;
/** What begins the part that says when: `for`, or at once a length or a time. */
const WHEN = /^(for|until|till|to|from|now|\d+[dhm].*|\d\d?:\d\d)$/;

const bare = (word: string): string => word.replace(/["'`´\u2018-\u201f\u00ab\u00bb]/g, '');

/** Without the first word, `silence`. */
export function askedSilence(text: string): AskedSilence {
  const [before = '', ...reasons] = text.split(/(?:^|\s)because(?:\s+of)?(?:\s|$)/i);
  const reason = reasons.join(' because ').trim();
  const asked: AskedSilence = {
    labels: {},
    moments: [],
    ...(reason === '' ? {} : { reason: unquoted(reason) }),
  };
  const words = before
    .split(/\s+/)
    .map(bare)
    .filter((word) => word !== '');
  return read(asked, words);
}

const unquoted = (reason: string): string => reason.replace(/^["\u201c\u201e](.*)["\u201d\u201c]$/s, '$1');

function read(asked: AskedSilence, [word, ...rest]: readonly string[]): AskedSilence {
  if (word === undefined) return asked;
  if (/^--env(=|$)/i.test(word)) {
    const [, inline = ''] = word.split('=');
    const [next = '', ...left] = rest;
    const named = (inline === '' ? next : inline).toLowerCase();
    return read({ ...asked, environment: named }, inline === '' ? left : rest);
  }
  const [, label, value] = LABEL.exec(word) ?? [];
  if (label !== undefined && value !== undefined)
    return read({ ...asked, labels: { ...asked.labels, [label]: value } }, rest);
  const lower = word.toLowerCase();
  if (WHEN.test(lower) || asked.moments.length > 0)
    return read({ ...asked, moments: [...asked.moments, lower] }, rest);
  if (asked.topic === undefined) return read({ ...asked, topic: lower }, rest);
  return { ...asked, unknown: word.slice(0, 40) };
}

/** The password within a connection string, and the same string with another one: all else stays as it was written. */
import { ADDRESS } from './address.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Libpq's parameter, which counts more than what stands before the host. */
const PARAMETER = /(?<=^|&)password=([^&]*)/d;

/** Undefined for what is no address, has no password, or one that is not percent-encoded as it should be. */
export function passwordIn(address: string): string | undefined {
  const span = spansOf(address).at(-1);
  if (span === undefined) return undefined;
  try {
    return decodeURIComponent(address.slice(span.from, span.to));
  } catch {
    return undefined;
  }
}

/** Undefined where there is none to replace. */
export function withPassword(address: string, password: string): string | undefined {
  const spans = spansOf(address);
  if (spans.length === 0) return undefined;
  return spans
    .toReversed()
    .reduce(
      (text, { from, to }) => `${text.slice(0, from)}${encodeURIComponent(password)}${text.slice(to)}`,
      address,
    );
}

/** Where passwords that are not empty are written: the last one is the one that counts. */
function spansOf(address: string): readonly Span[] {
  const text = address.trim();
  const offset = address.indexOf(text);
  const { groups, indices } = ADDRESS.exec(text) ?? {};
  const { credentials, query } = indices?.groups ?? {};
  const colon = groups?.credentials?.indexOf(':') ?? -1;
  const parameter = PARAMETER.exec(groups?.query ?? '')?.indices?.[1];
  return [
    ...(credentials && colon >= 0 ? [{ from: credentials[0] + colon + 1, to: credentials[1] }] : []),
    ...(query && parameter ? [{ from: query[0] + parameter[0], to: query[0] + parameter[1] }] : []),
  ]
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => ({ from: from + offset, to: to + offset }));
}

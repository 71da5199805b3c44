/** What may be said of a process's environment: facts, never a value. */
import { parseAddress } from './address.ts';
import { fingerprint } from './fingerprint.ts';
import type { VariableFacts } from './port.ts';

/** The entries of `/proc/<pid>/environ`, `NAME=value` each. */
export const entriesOf = (environ: string): string[] => environ.split('\0').filter((entry) => entry !== '');

/** Facts of the variables asked for, out of `NAME=value` entries; one that is not there is `present: false`. */
export function factsOf(
  entries: readonly string[],
  names: readonly string[],
): Readonly<Record<string, VariableFacts>> {
  const values = new Map(entries.map(splitEntry));
  return Object.fromEntries(names.map((name) => [name, factOf(values.get(name))]));
}

function splitEntry(entry: string): [string, string] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

function factOf(value: string | undefined): VariableFacts {
  if (value === undefined) return { present: false, length: 0, fingerprint: '' };
  const address = parseAddress(value);
  return {
    present: true,
    length: value.length,
    fingerprint: fingerprint(value),
    ...(address === undefined ? {} : { address }),
  };
}

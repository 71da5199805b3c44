/** Inputs as an attacker or an accident would make them, over 100,000 between the files of this folder. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { AdapterError, UserError } from '../../../src/errors.ts';
import { hostileText } from '../views/hostile.ts';

export const LONG = { timeout: 120_000 };

/** What a reader looks for, in an order and a company in which nobody expects it. */
export const made = (...pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((all) => all.join('')),
    },
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => all.join(' ')),
    },
    { weight: 3, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  );

/** It is either read, or refused with an error that is meant for whoever reads it. */
export function readOrRefused<Read>(reading: () => Read): Read | undefined {
  try {
    return reading();
  } catch (error) {
    if (error instanceof AdapterError || error instanceof UserError) {
      expect(error.message).toMatch(/\S/);
      return undefined;
    }
    throw error;
  }
}

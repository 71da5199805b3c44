/** Card numbers and IBANs, told from other long numbers by their check digits. */
import { REDACTED } from './patterns.ts';

// Epoch times in milli-, micro- and nanoseconds begin with 1 for centuries to come; no card does.
const CARD =
  /(?<![A-Za-z0-9])[2-6](?:\d{12,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{3}([ -])\d{6}\2\d{4,5})(?![A-Za-z0-9])/g;
const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/g;

function passesLuhn(written: string): boolean {
  const digits = [...written].filter((character) => character >= '0' && character <= '9').map(Number);
  const sum = digits.reverse().reduce((total, digit, index) => {
    const weighted = index % 2 === 0 ? digit : digit * 2;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}

function passesMod97(written: string): boolean {
  const compact = written.replaceAll(' ', '');
  if (compact.length < 15 || compact.length > 34) return false;
  const moved = compact.slice(4) + compact.slice(0, 4);
  let remainder = 0;
  for (const character of moved) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** The part of a match that is the number: a following word in capitals looks like its last group. */
function numberIn(match: string, passes: (written: string) => boolean): string | undefined {
  for (
    let written = match;
    written.length > 0;
    written = written.slice(0, Math.max(0, written.lastIndexOf(' ')))
  )
    if (passes(written)) return written;
  return undefined;
}

function redactNumbers(text: string, shape: RegExp, passes: (written: string) => boolean): string {
  let done = '';
  let from = 0;
  shape.lastIndex = 0;
  for (let match = shape.exec(text); match; match = shape.exec(text)) {
    const found = numberIn(match[0], passes);
    // The number may begin within what looked like one: `1234 4111 1111 1111 1111`.
    shape.lastIndex = found ? match.index + found.length : match.index + 1;
    if (!found) continue;
    done += text.slice(from, match.index) + REDACTED;
    from = shape.lastIndex;
  }
  return done + text.slice(from);
}

export const redactCards = (text: string): string => redactNumbers(text, CARD, passesLuhn);
export const redactIbans = (text: string): string => redactNumbers(text, IBAN, passesMod97);

/** Words as people typed them, with their case: without quotes, which phones put in, and with hyphens for whatever a keyboard makes of them. */

/** Longer than any command; the rest is not read. */
export const MOST_TEXT = 500;

export const typedWords = (text: string): string[] =>
  text
    .trimStart()
    .slice(0, MOST_TEXT)
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/["'`´\u2018-\u201f\u00ab\u00bb\u2039\u203a]/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');

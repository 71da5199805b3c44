/** What somebody typed after `/paksa silence`, `silences` and `unsilence`, in Slack's own spelling. */
import { type AskedSilence, askedSilence } from '../policy/silence-words.ts';

export type SilenceCommand =
  | { readonly command: 'silences' }
  | { readonly command: 'unsilence'; readonly id: string }
  | ({ readonly command: 'silence' } & AskedSilence);

/** Slack escapes three characters; phones put in quotes of their own, and make one dash of two. */
const typed = (text: string): string =>
  text
    .toWellFormed()
    .normalize('NFKC')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/(^|\s)[-\u2010-\u2015\u2212]{1,2}env\b/g, '$1--env');

/** Without the first word. */
export const parseSilence = (text: string): Extract<SilenceCommand, { command: 'silence' }> => ({
  command: 'silence',
  ...askedSilence(typed(text)),
});

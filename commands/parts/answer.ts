/** What the body of an HTTP answer says, for people. */
import { short } from './words.ts';

const SENTENCE = /"(?:reason|detail|message|error)"\s*:\s*"((?:[^"\\]|\\.)+)"/;
/** What a backend rests on: its health answer names it when that is what is wrong. */
const SOMETHING_ELSE = /\b(?:database|postgres\w*|psycopg\w*|sql\w*|redis|cache|broker|queue)\b/i;

/** The sentence in its JSON, or its beginning without the markup of an error page. */
export const saidIn = (body: string, most = 120): string =>
  short((SENTENCE.exec(body)?.[1] ?? body.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim(), most);

/** Whether a replica that is not well says that something which it needs is not there: that is another topic's finding. */
export const blamesAnother = (body: string): boolean => SOMETHING_ELSE.test(body);

/** Whether who stands before the API says it, because nobody behind it answers. */
export const isOfGateway = (status: number, body: string): boolean =>
  [502, 503, 504].includes(status) && !blamesAnother(body);

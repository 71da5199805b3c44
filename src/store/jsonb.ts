/** JSON as jsonb takes it: PostgreSQL refuses NUL and half a surrogate pair, which a certificate or a person can hold. */

/** The escapes that `JSON.stringify` writes for the two; an escaped backslash before `u0000` is text of its own. */
const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

export const jsonb = (value: unknown): string => JSON.stringify(value).replace(UNSTORABLE, '$1\\ufffd');

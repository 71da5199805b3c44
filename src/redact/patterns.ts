/**
 * What a secret looks like in text. Every expression runs in linear time: a run of characters is entered at its start
 * only (look-behind), or its length is bounded, so that no input makes one of them backtrack over the same text again.
 */

export const REDACTED = '‹redacted›';

export interface Pattern {
  readonly find: RegExp;
  /** For `String.replace`: what stays, and the mark in the secret's place. */
  readonly replace: string;
}

const secret = (find: RegExp, replace = REDACTED): Pattern => ({ find, replace });

const PASSWORD = 'pass(?:word|wd|phrase)|pwd';
const CREDENTIAL = `${PASSWORD}|secret|token|(?:api|access|account|auth|private|signing|encryption)[_-]?key|credentials?|rediscli_auth`;
const QUOTED_DOUBLE = String.raw`"(?:[^"\\]|\\.)*"`;
const QUOTED_SINGLE = String.raw`'(?:[^'\\]|\\.)*'`;
const BARE = String.raw`[^\s,;&"'\\(){}[\]]+`;

/** Names of keys whose text is a secret, whatever it looks like. */
export const SECRET_KEY = new RegExp(`(?:${CREDENTIAL}|authorization|cookie)$`, 'i');

export const PATTERNS: readonly Pattern[] = [
  // Cut off before its end, a private key is one still.
  secret(/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g),

  // scheme://user:password@host. The password may hold an unescaped `@`.
  secret(/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@:"'<>]*:)[^\s/?#"'<>]+@/gi, `$1${REDACTED}@`),
  secret(/(hooks\.slack\.com\/)[^\s"'<>|]+/g, `$1${REDACTED}`),

  secret(
    /((?:authorization|(?<![a-z])(?:set-)?cookie)["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"'\\][^\r\n"'\\]*/gi,
    `$1${REDACTED}`,
  ),
  secret(/(?<![a-z])((?:bearer|basic)\s{1,4})(?=[a-z._~+/-]{0,200}[\d=])[\w.~+/=-]{12,}/gi, `$1${REDACTED}`),

  // password=…, "password": "…", password: …, and the same for tokens and keys, where prose with a colon is let be.
  secret(new RegExp(`((?:${CREDENTIAL})["']?\\s{0,3}[=:]\\s{0,3})${QUOTED_DOUBLE}`, 'gi'), `$1"${REDACTED}"`),
  secret(new RegExp(`((?:${CREDENTIAL})["']?\\s{0,3}[=:]\\s{0,3})${QUOTED_SINGLE}`, 'gi'), `$1'${REDACTED}'`),
  secret(new RegExp(`((?:${CREDENTIAL})\\s{0,3}=\\s{0,3})${BARE}`, 'gi'), `$1${REDACTED}`),
  secret(new RegExp(`((?:${PASSWORD})\\s{0,3}:\\s{0,3})${BARE}`, 'gi'), `$1${REDACTED}`),
  // --password hunter2, and SQL's PASSWORD 'hunter2' and IDENTIFIED BY 'hunter2'.
  secret(new RegExp(`(--[a-z0-9-]{0,40}(?:${CREDENTIAL})\\s{1,3})(?!-)${BARE}`, 'gi'), `$1${REDACTED}`),
  secret(
    new RegExp(`((?:${PASSWORD}|identified\\s{1,3}by)\\s{1,3})${QUOTED_SINGLE}`, 'gi'),
    `$1'${REDACTED}'`,
  ),

  // Tokens that say themselves whose they are: Slack, GitHub, GitLab, AWS, Google, npm, Stripe and OpenAI; and JWTs.
  secret(/(?<![A-Za-z0-9])x(?:ox[a-z](?:\.xox[a-z])?|app)-[\w-]{6,}/g),
  secret(/(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,})/g),
  secret(/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g),
  secret(/(?<![A-Za-z0-9])(?:AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|[sr]k_(?:live|test)_\w{10,}|sk-[\w-]{20,})/g),
  secret(/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g),
];

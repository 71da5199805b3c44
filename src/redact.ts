/**
 * The one redactor: whatever leaves Paksa (Slack, logs, stored findings, the terminal) passes through it. It would rather
 * hide a harmless word than show a secret, and it is the last line, not the first: findings hold no secrets to begin with.
 */
import { redactCards, redactIbans } from './redact/numbers.ts';
import { PATTERNS, REDACTED, SECRET_KEY } from './redact/patterns.ts';

export { REDACTED } from './redact/patterns.ts';

/** Shorter configured values are words of everyday text (`paksa`); where they are passwords, their context shows it. */
const LEAST_EXACT = 8;
/** A mark can uncover what stood against the secret that it replaced; more than two rounds need a contrived text. */
const MOST_ROUNDS = 5;

const redactOnce = (text: string): string =>
  redactIbans(redactCards(PATTERNS.reduce((done, { find, replace }) => done.replace(find, replace), text)));

function untilStill(text: string, round: (text: string) => string): string {
  let done = text;
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
    const next = round(done);
    if (next === done) break;
    done = next;
  }
  return done;
}

/** Hides what looks like a secret: passwords in URLs, commands and settings, tokens, private keys, card numbers, IBANs. */
export const redact = (text: string): string => untilStill(text, redactOnce);

export interface Redactor {
  readonly redact: (text: string) => string;
  readonly redactDeep: <Value>(value: Value) => Value;
}

/** A redactor that knows the configured secrets too, in the forms that they take in URLs, JSON and base64. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = secrets
    .filter((secret) => secret.length >= LEAST_EXACT && !REDACTED.includes(secret))
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
    ])
    .sort((a, b) => b.length - a.length);
  const round = (text: string) =>
    redactOnce(forms.reduce((done, form) => done.replaceAll(form, REDACTED), text));
  const all = (text: string) => untilStill(text, round);
  return { redact: all, redactDeep: (value) => deep(value, all) };
}

/** `redact` for every text within: a copy of the same shape. Errors stay errors; bytes become a text that counts them. */
export const redactDeep = <Value>(value: Value): Value => deep(value, redact);

function deep<Value>(value: Value, hide: (text: string) => string): Value;
function deep(value: unknown, hide: (text: string) => string): unknown {
  const seen = new Map<object, unknown>();

  const walk = (item: unknown): unknown => {
    if (typeof item === 'string') return hide(item);
    if (typeof item !== 'object' || item === null) return item;
    if (seen.has(item)) return seen.get(item);
    if (item instanceof Date || item instanceof RegExp) return item;
    if (ArrayBuffer.isView(item)) return `‹${item.byteLength} bytes›`;
    if (item instanceof Map)
      return new Map([...item].map(([key, held]) => [walk(key), walkNamed(key, held)]));
    if (item instanceof Set) return new Set([...item].map(walk));
    return Array.isArray(item) ? walkArray(item) : walkOwn(item);
  };

  const walkNamed = (key: unknown, held: unknown): unknown =>
    typeof key === 'string' && typeof held === 'string' && held !== '' && SECRET_KEY.test(key)
      ? REDACTED
      : walk(held);

  const walkArray = (items: readonly unknown[]): unknown => {
    const copy: unknown[] = [];
    seen.set(items, copy);
    for (const item of items) copy.push(walk(item));
    return copy;
  };

  /** Own properties of any kind: an Error's message and stack are not enumerable. */
  const walkOwn = (item: object): unknown => {
    const copy: object = Object.create(Object.getPrototypeOf(item));
    seen.set(item, copy);
    for (const key of Object.getOwnPropertyNames(item)) {
      const enumerable = Object.prototype.propertyIsEnumerable.call(item, key);
      const held = walkNamed(key, Reflect.get(item, key));
      Object.defineProperty(copy, key, { value: held, enumerable, writable: true, configurable: true });
    }
    return copy;
  };

  return walk(value);
}

/** Whether two secrets are the same, without saying anything of either. */
import { createHmac, randomBytes } from 'node:crypto';

/** Made anew by every process: a fingerprint that has leaked cannot be tried against guesses. */
const KEY = randomBytes(32);

/** HMAC-SHA-256, 16 hexadecimal digits of it. Bytes and text of the same value give the same. */
export const fingerprint = (value: string | Buffer): string =>
  createHmac('sha256', KEY).update(value).digest('hex').slice(0, 16);

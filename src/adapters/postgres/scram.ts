/**
 * What PostgreSQL keeps of a password (RFC 5802, RFC 7677), made here, so that the password itself is in no statement, and with
 * it in no log and no statistics: https://www.postgresql.org/docs/current/catalog-pg-authid.html.
 */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** PostgreSQL's own. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

const base64 = (bytes: Buffer): string => bytes.toString('base64');

/** `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. The password is taken as it is: ask `isPrepared` before. */
export async function scramVerifier(password: string, salt = randomBytes(SALT_BYTES)): Promise<string> {
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const keyFor = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyFor('Client Key')).digest();
  return `SCRAM-SHA-256$${ITERATIONS}:${base64(salt)}$${base64(storedKey)}:${base64(keyFor('Server Key'))}`;
}

/** Mapped to nothing (RFC 3454, B.1), and the one space that normalization leaves (C.1.2). */
const MAPPED = /\u034f|[\u00ad\u1680\u1806]|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/u;

/** Whether the password is what SASLprep (RFC 4013) makes of it, by which clients and PostgreSQL prepare it where they can. */
export const isPrepared = (password: string): boolean =>
  password.normalize('NFKC') === password && !MAPPED.test(password);

/**
 * The public key of a private key in a container or a pod. The private one stays there: what is printed is the public key, and,
 * to say what is wrong with a file, the labels of its PEM blocks.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isMissingProgram } from '../exec/missing-program.ts';
import type { ExecResult } from '../exec/port.ts';
import { failed, fileError } from './errors.ts';
import { type Inside, refusalOf } from './inside.ts';
import { findPrivateKey, unusableKey } from './pem.ts';

const LABELS = '-----(BEGIN|END) [A-Z0-9 ]+-----|ENCRYPTED';

/** certbot is written in Python, and brings this package. */
const BY_PYTHON = `
import sys
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
with open(sys.argv[1], "rb") as file:
    key = load_pem_private_key(file.read(), None)
print(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
`;

/** @throws AdapterError failed, saying what is wrong with the file, or what the place lacks to tell */
export async function publicKeyInside(inside: Inside, path: string): Promise<KeyObject> {
  const name = inside.named(path);
  const block = findPrivateKey(name, Buffer.from(await labelsOf(inside, path)));
  const { exitCode, stdout } = await derive(inside, path);
  try {
    if (exitCode === 0) return createPublicKey(stdout);
  } catch (error) {
    throw unusableKey(name, block, error);
  }
  throw unusableKey(name, block);
}

/** The labels alone, in the file's order; of a file without any, its first byte, by which DER is known. */
async function labelsOf(inside: Inside, path: string): Promise<string> {
  const { exitCode, stdout, stderr } = await inside.attempt(['grep', '-o', '-E', '-e', LABELS, '--', path]);
  if (exitCode === 0) return stdout;
  if (exitCode > 1) throw fileError('read', path, refusalOf(stderr), inside.replica);
  return inside.run('read', path, ['head', '-c', '1', '--', path]);
}

async function derive(inside: Inside, path: string): Promise<ExecResult> {
  // With a passphrase, an empty one: it would ask for it otherwise.
  const openssl = ['openssl', 'pkey', '-in', path, '-passin', 'pass:', '-pubout'] as const;
  const lacking = (error: unknown): undefined => {
    if (!isMissingProgram(error)) throw error;
  };
  const derived = await inside.attempt(openssl).catch(lacking);
  if (derived !== undefined) return derived;
  const byPython = await inside.attempt(['python3', '-I', '-c', BY_PYTHON, path]).catch(lacking);
  if (byPython !== undefined && !/ImportError|ModuleNotFoundError/.test(byPython.stderr)) return byPython;
  throw failed(
    'read',
    `Nothing in ${inside.replica} tells whose key ${path} is: add openssl to its image, or Python's package cryptography.`,
    undefined,
    'not-configured',
  );
}

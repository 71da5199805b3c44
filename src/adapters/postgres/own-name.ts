/**
 * What Paksa's sessions are called in pg_stat_activity. The system is called Paksa too, and an intruder may call himself what he
 * likes: the name has a mark that follows from the address with its password, so that every replica has the same one and nobody
 * comes by it by chance (docs/adr/0015).
 */
import { pbkdf2Sync } from 'node:crypto';

const BYTES = 8;
/** Whoever may read the name could try passwords against it: that takes as long as against PostgreSQL's own verifier. */
const ITERATIONS = 4096;

const known = new Map<string, string>();

export function ownName(address: string): string {
  const name =
    known.get(address) ??
    `paksa/${pbkdf2Sync(address, 'paksa sessions', ITERATIONS, BYTES, 'sha256').toString('hex')}`;
  known.set(address, name);
  return name;
}

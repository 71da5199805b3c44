/** PostgreSQL servers of further versions, from the npm packages that `npm test` installs beside this file. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverAccount } from '../../src/store/embedded/account.ts';
import { binariesIn } from '../../src/store/embedded/binaries.ts';

const folderOf = (major: number): string =>
  fileURLToPath(new URL(`postgres-versions/node_modules/postgres-${major}`, import.meta.url));

/**
 * Whether they are there, for `describe.runIf`. Missing, they fail the run where `CI` is set; elsewhere their suite is
 * skipped, and standard error says how to get them. Other platforms than x86-64 Linux have none.
 */
export function requireVersions(...majors: readonly number[]): boolean {
  const missing = majors.filter((major) => !existsSync(folderOf(major)));
  if (missing.length === 0) return true;
  const advice = `PostgreSQL ${missing.join(', ')} not found: run npm test, or npm ci in test/harness/postgres-versions`;
  if (process.env.CI && process.platform === 'linux' && process.arch === 'x64') throw new Error(advice);
  process.stderr.write(`\n  SKIPPED: ${advice}\n\n`);
  return false;
}

/** The folder of a version's programs, where the account that servers run as can reach it. */
export async function programsOf(major: number): Promise<string> {
  const { postgres } = await binariesIn(folderOf(major), await serverAccount());
  return dirname(postgres);
}

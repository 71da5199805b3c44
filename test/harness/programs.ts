/** The Debian programs that the tests run against: where they are, and what to do when they are not. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import packages from './debian.json' with { type: 'json' };

export type Program = keyof typeof packages;

/** Debian keeps servers in sbin, which is not on everybody's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin'];

/** Absolute path, or nothing. What has no program of its own, such as a Python library, is named by its path. */
export function findProgram(program: Program): string | undefined {
  return FOLDERS.map((folder) => resolve(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Whether all are there, for `describe.runIf`. A missing one fails the run where `CI` is set; elsewhere its suite is
 * skipped, and standard error says what to install.
 */
export function requirePrograms(...programs: readonly Program[]): boolean {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return true;
  const advice = `${missing.join(', ')} not found: apt-get install ${missing.map((program) => packages[program]).join(' ')}`;
  if (process.env.CI) throw new Error(advice);
  process.stderr.write(`\n  SKIPPED: ${advice}\n\n`);
  return false;
}

/** @throws Error with how to get it */
export function programPath(program: Program): string {
  const path = findProgram(program);
  if (path === undefined) throw new Error(`${program} not found: apt-get install ${packages[program]}`);
  return path;
}

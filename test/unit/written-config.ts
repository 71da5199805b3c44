/** Reads a configuration that is written in a test, and what is wrong with it by its path. */
import { checkConfig, loadConfig } from '../../src/config.ts';

export const MINIMAL = 'environments: { production: { tls: { host: paksa.test } } }';

export const load = (yaml: string, env: Record<string, string> = {}) =>
  loadConfig({ env, readFile: () => yaml });

export const problems = (yaml: string, env: Record<string, string> = {}) =>
  Object.fromEntries(
    checkConfig({ env, readFile: () => yaml }).problems.map(({ path, message }) => [path, message]),
  );

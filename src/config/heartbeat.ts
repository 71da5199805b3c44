/** The outside monitor: its address is its secret, and comes from the process's environment. */
import type { Config } from '../config.ts';
import type { ConfigFile } from './file.ts';
import type { ConfigProblem } from './refusal.ts';

/** What is missing or wrong is added to `problems`. */
export function readHeartbeat(
  { heartbeat }: ConfigFile,
  variables: Readonly<Record<string, string | undefined>>,
  problems: ConfigProblem[],
): Config['heartbeat'] {
  if (!heartbeat) return undefined;
  const { urlEnv, everyMs } = heartbeat;
  const value = variables[urlEnv];
  const url = value === undefined ? undefined : URL.parse(value);
  if (url && /^https?:$/.test(url.protocol)) return { url: url.href, everyMs };
  const message =
    value === undefined
      ? 'is not set: heartbeat.urlEnv names it'
      : 'must be the http or https address of a monitor (heartbeat.urlEnv names it)';
  problems.push({ source: 'environment', path: urlEnv, message });
  return undefined;
}

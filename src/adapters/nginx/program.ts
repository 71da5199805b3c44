/** Runs nginx's own program in its place, and reads its verdict. */
import { AdapterError, type AdapterFault } from '../../errors.ts';
import type { Exec, ExecResult } from '../exec/port.ts';
import type { ConfigTest, NginxSettings } from './port.ts';

/** Names of upstreams are looked up while the configuration loads. */
const DEADLINE_MS = 30_000;
const MOST_DUMPED = 4_194_304;
const MOST_CHARACTERS = 2_000;

export type NginxCall = '-t' | '-T' | 'reload';

export const failure = (operation: string, fault: AdapterFault, message: string, cause?: unknown) =>
  new AdapterError(message, { system: 'nginx', operation, fault, retryable: false, cause });

export const withDeadline = (signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);

export async function runNginx(
  { program, config }: NginxSettings,
  exec: Exec,
  call: NginxCall,
  signal: AbortSignal,
): Promise<ExecResult> {
  const where = config === undefined ? [] : ['-c', config];
  const what = call === 'reload' ? ['-s', 'reload'] : [call];
  return exec([program, ...where, ...what], { signal: withDeadline(signal), maxBytes: MOST_DUMPED });
}

/** nginx's own words, the end of them. */
export const wordsOf = ({ stderr, exitCode }: ExecResult): string =>
  stderr.trim().slice(-MOST_CHARACTERS) || `it ended with code ${exitCode} and no word`;

/** The lines of a failure that say why, in one. */
export const reasonOf = (words: string): string => {
  const lines = words.split('\n').map((line) => line.replace(/^nginx: |^\d{4}\/[\d/: ]+/, '').trim());
  const causes = lines.filter((line) => /^\[(emerg|alert|error|crit)\]/.test(line));
  return (causes.length > 0 ? causes : lines).join(' ').slice(0, 600);
};

/**
 * nginx is tested by whoever Paksa is there, often nobody: what this user may not open the master, who is root, may. Such
 * complaints are no failure once the syntax has passed; before it they hide the verdict.
 * @throws AdapterError forbidden, failed (no verdict)
 */
export function verdictOf(operation: string, result: ExecResult): ConfigTest {
  const output = wordsOf(result);
  if (result.exitCode === 0) return { ok: true, output };
  // A refusal says why. Without a word it has not begun, such as in a container that ends at that very moment.
  if (result.stderr.trim() === '')
    throw failure(operation, 'failed', `nginx could not be asked: ${output}. Try again in a moment.`);
  const fatal = result.stderr.split('\n').filter((line) => line.includes('[emerg]'));
  const onlyRights =
    fatal.length > 0 && fatal.every((line) => /\(13: Permission denied\)|:Permission denied/.test(line));
  if (!onlyRights) return { ok: false, output };
  if (result.stderr.includes('syntax is ok')) return { ok: true, output };
  throw failure(
    operation,
    'forbidden',
    `nginx could not be asked: ${reasonOf(output)}. Give the user that Paksa has there the right to read it, or test as root.`,
  );
}

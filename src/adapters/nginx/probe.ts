/** Asks nginx for its verdict on its configuration, its upstreams and its errors. Changes nothing. */
import type { Exec } from '../exec/port.ts';
import type { LogRequest, LogTail } from '../runtime/port.ts';
import { isErrorLine, offsetOf, presentable, writtenAt } from './error-log.ts';
import type { ErrorLog, NginxProbe, NginxSettings } from './port.ts';
import { failure, reasonOf, runNginx, verdictOf, withDeadline } from './program.ts';
import { readUpstreams } from './upstreams.ts';

const MOST_LINES = 2_000;
/** As many lines as nginx makes at most, at their longest. */
const MOST_BYTES = 4_194_304;

export interface NginxTools {
  readonly exec: Exec;
  /** What the container or pod prints. */
  readonly logs: (request: LogRequest, signal: AbortSignal) => Promise<LogTail>;
}

export function createNginxProbe(settings: () => NginxSettings, { exec, logs }: NginxTools): NginxProbe {
  return {
    async test(signal) {
      return verdictOf('test', await runNginx(settings(), exec, '-t', signal));
    },

    async upstreams(signal) {
      const result = await runNginx(settings(), exec, '-T', signal);
      const { ok, output } = verdictOf('upstreams', result);
      if (!ok)
        throw failure(
          'upstreams',
          'failed',
          `nginx does not load its configuration: ${reasonOf(output)}. Correct it, then look again.`,
        );
      if (result.truncated)
        throw failure(
          'upstreams',
          'failed',
          'nginx’s configuration is larger than 4 MiB: read its upstreams by hand.',
        );
      if (!result.stdout.includes('# configuration file '))
        throw failure(
          'upstreams',
          'forbidden',
          `nginx did not show its configuration: ${reasonOf(output)}. Give the user that Paksa has there the right to.`,
        );
      return readUpstreams(result.stdout);
    },

    async errors(sinceSeconds, signal) {
      const { errorLog } = settings();
      if (errorLog !== undefined) return errorsInFile(errorLog, sinceSeconds, exec, signal);
      const { lines, truncated } = await logs({ sinceSeconds, maxLines: MOST_LINES }, signal);
      return {
        lines: lines
          .filter(({ text }) => isErrorLine(text))
          .map(({ at, text }) => ({ at, text: presentable(text) })),
        truncated,
      };
    },
  };
}

async function errorsInFile(
  file: string,
  sinceSeconds: number,
  exec: Exec,
  signal: AbortSignal,
): Promise<ErrorLog> {
  const options = { signal: withDeadline(signal), maxBytes: MOST_BYTES };
  const [tail, offset] = await Promise.all([
    exec(['tail', '-n', String(MOST_LINES), '--', file], options),
    utcOffset(exec, signal),
  ]);
  if (tail.exitCode !== 0) throw unreadable(file, tail.stderr);
  const written = tail.stdout.split('\n').filter((text) => text !== '');
  const since = Date.now() - sinceSeconds * 1_000;
  const dated = written.flatMap((text) => {
    const at = writtenAt(text, offset);
    return at === undefined ? [] : [{ at, text: presentable(text) }];
  });
  const lines = dated.filter(({ at }) => at.getTime() >= since);
  const goesBack = dated.some(({ at }) => at.getTime() < since);
  return { lines, truncated: tail.truncated || (written.length >= MOST_LINES && !goesBack) };
}

/** Log files have local time without a zone: that of the place where nginx runs, in minutes east of UTC. */
async function utcOffset(exec: Exec, signal: AbortSignal): Promise<number> {
  const { stdout, stderr } = await exec(['date', '+%z'], { signal: withDeadline(signal) });
  const offset = offsetOf(stdout);
  if (offset !== undefined) return offset;
  throw failure(
    'errors',
    'failed',
    `“date +%z” did not tell nginx’s time zone: ${(stderr || stdout).trim().slice(0, 200)}`,
  );
}

function unreadable(file: string, said: string) {
  const why = said.trim().slice(-300);
  const isForbidden = why.includes('Permission denied');
  return isForbidden || why.includes('No such file')
    ? failure(
        'errors',
        isForbidden ? 'forbidden' : 'not-found',
        `nginx’s error log cannot be read: ${why}. Check nginx.errorLog in paksa.yaml, and who may read it.`,
      )
    : failure(
        'errors',
        'failed',
        `${file} cannot be read: ${why || 'no reason given'}. Check nginx.errorLog in paksa.yaml.`,
      );
}

/** Changes a configuration file of nginx, and lets nginx judge it before it is used: what it refuses is put back. */
import { AdapterError, messageOf } from '../../errors.ts';
import type { Exec } from '../exec/port.ts';
import { copyConfig, isThere, keptAs, readConfig, removeCopy, requireKept, writeConfig } from './files.ts';
import { type HealthChecks, withHealthChecks } from './health-checks.ts';
import type { NginxActuator, NginxSettings } from './port.ts';
import { failure, reasonOf, runNginx, verdictOf, wordsOf } from './program.ts';

/** For putting a file back when the caller's time is up: it must not stay half changed. */
const PUT_BACK_MS = 20_000;

export function createNginxActuator(settings: () => NginxSettings, exec: Exec): NginxActuator {
  return {
    async keep(file, label, signal) {
      settings();
      const kept = keptAs(file, label);
      // A copy under the same label is from before anything was changed: a second call must not replace it.
      if (!(await isThere(exec, kept.keptAt, signal))) await copyConfig(exec, file, kept.keptAt, signal);
      return kept;
    },

    async setHealthChecks(file, figures, signal) {
      requireFigures(figures);
      const nginx = settings();
      const before = await readConfig(exec, file, signal);
      const after = withHealthChecks(before, figures);
      if (after === undefined)
        throw failure(
          'set health checks',
          'refused',
          `${file} has no upstream server: look again at where they are.`,
        );
      await putInForce({ nginx, exec, operation: 'set health checks', file, before, after, signal });
    },

    async reload(signal) {
      const nginx = settings();
      const test = verdictOf('reload', await runNginx(nginx, exec, '-t', signal));
      const refuse = (what: string, words: string) =>
        failure('reload', 'refused', `${what}: ${reasonOf(words)} It goes on with what it had.`);
      if (!test.ok) throw refuse('nginx refuses its configuration', test.output);
      const told = await runNginx(nginx, exec, 'reload', signal);
      if (told.exitCode !== 0) throw refuse('nginx could not be told to reload', wordsOf(told));
    },

    async restore(kept, signal) {
      requireKept(kept);
      const nginx = settings();
      const { file, keptAt } = kept;
      const after = await readConfig(exec, keptAt, signal);
      const before = await readConfig(exec, file, signal);
      await putInForce({ nginx, exec, operation: 'restore', file, before, after, signal });
      await removeCopy(exec, keptAt, signal);
    },
  };
}

interface Change {
  readonly nginx: NginxSettings;
  readonly exec: Exec;
  readonly operation: string;
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly signal: AbortSignal;
}

/** Writes, tests and reloads. What did not get as far as the reload is put back. */
async function putInForce(change: Change): Promise<void> {
  const { nginx, exec, operation, file, after, signal } = change;
  try {
    await writeConfig(exec, file, after, signal);
    const test = verdictOf(operation, await runNginx(nginx, exec, '-t', signal));
    if (!test.ok) throw refused(operation, `nginx refused the new ${file}`, test.output);
  } catch (error) {
    throw await putBack(change, error);
  }
  // From here on a failure by exception may have reached nginx: the tested file stays, and a look tells.
  const reload = await runNginx(nginx, exec, 'reload', signal);
  if (reload.exitCode === 0) return;
  throw await putBack(change, refused(operation, 'nginx could not be told to reload', wordsOf(reload)));
}

const refused = (operation: string, what: string, words: string): AdapterError =>
  failure(operation, 'refused', `${what}, so the old one was put back: ${reasonOf(words)}`);

/** Resolves with what to throw. */
async function putBack({ exec, operation, file, before }: Change, error: unknown): Promise<unknown> {
  const time = AbortSignal.timeout(PUT_BACK_MS);
  try {
    await writeConfig(exec, file, before, time);
    return error;
  } catch (second) {
    // What may not be written was not written the first time either.
    if ((await readConfig(exec, file, time).catch(() => undefined)) === before) return error;
    return new AdapterError(
      `${file} could not be put back (${messageOf(second)}): put the copy beside it back by hand before nginx restarts. First: ${messageOf(error)}`,
      { system: 'nginx', operation, fault: 'failed', retryable: false, cause: error },
    );
  }
}

function requireFigures({ maxFails, failTimeoutSeconds }: HealthChecks): void {
  const isCount = (figure: number, least: number) =>
    Number.isInteger(figure) && figure >= least && figure <= 86_400;
  if (!isCount(maxFails, 0) || !isCount(failTimeoutSeconds, 1))
    throw new TypeError(`max_fails=${maxFails} fail_timeout=${failTimeoutSeconds}s are no figures for nginx`);
}

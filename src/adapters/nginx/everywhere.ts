/** Where nginx runs in several replicas, each has files of its own: all are tested, and all are changed. */
import { messageOf } from '../../errors.ts';
import type { Everywhere, InReplica } from '../exec/port.ts';
import { createNginxActuator } from './actuator.ts';
import type { ErrorLog, NginxActuator, NginxProbe, NginxSettings } from './port.ts';
import { createNginxProbe, type NginxTools } from './probe.ts';
import { failure } from './program.ts';

export function probeEverywhere(
  settings: () => NginxSettings,
  { everywhere, logs }: { readonly everywhere: Everywhere; readonly logs: NginxTools['logs'] },
): NginxProbe {
  const each = async <T>(signal: AbortSignal, look: (probe: NginxProbe) => Promise<T>) =>
    Promise.all(
      (await everywhere(signal)).map(async ({ replica, exec }) => ({
        replica,
        seen: await look(createNginxProbe(settings, { exec, logs })),
      })),
    );
  return {
    async test(signal) {
      const all = await each(signal, (probe) => probe.test(signal));
      const refusing = all.find(({ seen }) => !seen.ok);
      const [first] = all;
      if (refusing === undefined) return first?.seen ?? { ok: true, output: '' };
      return all.length === 1
        ? refusing.seen
        : { ok: false, output: `${refusing.seen.output.trimEnd()}\n(in ${refusing.replica})` };
    },

    // One that stands in every replica is told once.
    async upstreams(signal) {
      const all = (await each(signal, (probe) => probe.upstreams(signal))).flatMap(({ seen }) => seen);
      return [...new Map(all.map((server) => [JSON.stringify(server), server])).values()];
    },

    async errors(sinceSeconds, signal) {
      // What containers and pods print is read of all of them at once.
      if (settings().errorLog === undefined) {
        const nowhere = async () => Promise.reject(new Error('a log that is printed needs no program'));
        return createNginxProbe(settings, { exec: nowhere, logs }).errors(sinceSeconds, signal);
      }
      const all = await each(signal, (probe) => probe.errors(sinceSeconds, signal));
      return all.map(({ seen }) => seen).reduce(together, { lines: [], truncated: false });
    },
  };
}

const together = (one: ErrorLog, other: ErrorLog): ErrorLog => ({
  lines: [...one.lines, ...other.lines].toSorted((a, b) => a.at.getTime() - b.at.getTime()),
  truncated: one.truncated || other.truncated,
});

/** One replica after the other: the first that refuses stops it, and says who has been changed before it. */
export function actuatorEverywhere(settings: () => NginxSettings, everywhere: Everywhere): NginxActuator {
  const each = async <T>(
    operation: string,
    signal: AbortSignal,
    act: (actuator: NginxActuator) => Promise<T>,
  ): Promise<T[]> => {
    const replicas = await everywhere(signal);
    const done: InReplica[] = [];
    const results: T[] = [];
    for (const at of replicas) {
      try {
        results.push(await act(createNginxActuator(settings, at.exec)));
      } catch (error) {
        if (replicas.length === 1) throw error;
        throw stopped(operation, at, done, error);
      }
      done.push(at);
    }
    return results;
  };
  return {
    async keep(file, label, signal) {
      // Under the same name in each.
      const [kept] = await each('keep', signal, (one) => one.keep(file, label, signal));
      if (kept === undefined) throw failure('keep', 'not-found', 'No nginx runs: start one first.');
      return kept;
    },
    async setHealthChecks(file, figures, signal) {
      await each('set health checks', signal, (one) => one.setHealthChecks(file, figures, signal));
    },
    async reload(signal) {
      await each('reload', signal, (one) => one.reload(signal));
    },
    async restore(kept, signal) {
      await each('restore', signal, (one) => one.restore(kept, signal));
    },
  };
}

const stopped = (operation: string, at: InReplica, done: readonly InReplica[], error: unknown) =>
  failure(
    operation,
    'failed',
    `In ${at.replica}: ${messageOf(error)} ${
      done.length === 0
        ? 'No other replica was changed.'
        : `Done already in ${done.map(({ replica }) => replica).join(', ')}: look at both.`
    }`,
    error,
  );

/** Stopping all writes, and letting them go on: the database read-only, or nobody there to write. */
import { z } from 'zod';
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { type Fix, fix, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { databaseOf } from './database.ts';
import { noContainer, noDatabase } from './target.ts';
import { count } from './words.ts';

const Was = z.object({ readOnly: z.boolean() });

const isReadOnly = async ({ postgres, signal }: CheckContext): Promise<boolean> => {
  const { readOnlyByDefault, inRecovery } = await postgres.standing(signal);
  return readOnlyByDefault || inRecovery;
};
const standing = async (context: CheckContext): Promise<string> =>
  (await isReadOnly(context)) ? 'read-only' : 'writable';

/** Healthy while nothing can be written: what stopping them has to reach. */
export const writesStopped = (suggests: readonly string[]) =>
  check(
    'Writes are stopped',
    async (context): Promise<Verdict> =>
      (await isReadOnly(context))
        ? healthy(`${databaseOf(context).database} takes no writes`)
        : problem(`${databaseOf(context).database} takes writes`, { severity: 'warning', suggests }),
    { skip: noDatabase },
  );

/** Healthy while the database can be written to: what resuming has to reach. */
export const writesPossible = (suggests: readonly string[]) =>
  check(
    'Writes are possible',
    async (context): Promise<Verdict> =>
      (await isReadOnly(context))
        ? problem(`${databaseOf(context).database} takes no writes`, { severity: 'warning', suggests })
        : healthy(`${databaseOf(context).database} takes writes`),
    { skip: noDatabase },
  );

export const setWrites = (to: 'read-only' | 'writable', verifiedBy: readonly string[]): Fix =>
  fix(to === 'read-only' ? 'Stop all writes to the database' : 'Let writes go on', {
    risk: 'high',
    unavailable: noDatabase,
    preview: async (context) => {
      const { database } = databaseOf(context);
      const [now, { used }] = await Promise.all([
        standing(context),
        context.postgres.connections(context.signal),
      ]);
      if (now === to) throw new Error(`${database} is ${to} already: nothing to do.`);
      return {
        summary: `Make ${database} ${to}`,
        changes: [
          { what: 'New transactions', before: now, after: to },
          { what: 'Sessions', before: String(used), after: 'ended, and let in again' },
        ],
        notes: [
          'Sessions are ended so that it holds for all of them; their transactions are rolled back.',
          ...(to === 'read-only' ? ['The API answers errors to whatever wants to write.'] : []),
        ],
        boundTo: now,
      };
    },
    run: async ({ postgres, signal }) => {
      await postgres.setReadOnly(to === 'read-only', signal);
      return `the database is ${to}`;
    },
    undo: undoWith({
      title: to === 'read-only' ? 'Let writes go on' : 'Stop all writes again',
      capture: async (context) => ({ readOnly: await isReadOnly(context) }),
      parse: (data) => Was.parse(data),
      apply: async ({ postgres, signal }, { readOnly }) => {
        await postgres.setReadOnly(readOnly, signal);
        return `the database is ${readOnly ? 'read-only' : 'writable'} again`;
      },
      isBack: async (context, { readOnly }) => (await isReadOnly(context)) === readOnly,
      startsFrom: standing,
    }),
    verifiedBy,
  });

/** For a backend in containers, which cannot be scaled to nothing: they are stopped, and can be started again. */
export const stopContainers = (verifiedBy: readonly string[]): Fix =>
  fix('Stop the backend’s containers', {
    risk: 'high',
    unavailable: noContainer('backend'),
    preview: async ({ docker, signal }) => {
      const replicas = await docker.replicas('backend', signal);
      const running = replicas.filter(({ state }) => state === 'running');
      if (running.length === 0) throw new Error('No container of the backend runs: nothing to stop.');
      return {
        summary: `Stop ${running.map(({ name }) => name).join(', ')}`,
        changes: [{ what: 'Containers', before: `${running.length} running`, after: 'none running' }],
        notes: ['Nobody can use the system until they are started again.'],
        boundTo: statesOf(replicas),
      };
    },
    run: async ({ docker, signal }) => {
      const running = (await docker.replicas('backend', signal)).filter(({ state }) => state === 'running');
      await docker.stop('backend', signal);
      return `${count(running.length, 'container')} stopped`;
    },
    undo: undoWith({
      title: 'Start them again',
      capture: async () => ({}),
      parse: (data) => z.object({}).parse(data),
      apply: async ({ docker, signal }) => {
        await docker.start('backend', signal);
        return 'the backend’s containers run again';
      },
      isBack: async ({ docker, signal }) =>
        (await docker.replicas('backend', signal)).every(({ state }) => state === 'running'),
      startsFrom: async ({ docker, signal }) => statesOf(await docker.replicas('backend', signal)),
    }),
    verifiedBy,
  });

const statesOf = (replicas: readonly { readonly name: string; readonly state: string }[]): string =>
  replicas.map(({ name, state }) => `${name}/${state}`).join(' ');

/** Healthy while no container of the backend runs. */
export const containersStopped = check(
  'The backend’s containers are stopped',
  async ({ docker, signal }): Promise<Verdict> => {
    const running = (await docker.replicas('backend', signal)).filter(({ state }) => state === 'running');
    return running.length === 0
      ? healthy('none runs')
      : problem(`${count(running.length, 'container')} run`, {
          severity: 'warning',
          suggests: ['stop-containers'],
        });
  },
  { skip: noContainer('backend') },
);

/**
 * Stopping all writes in the database itself, and letting them go on. By its default for new transactions: it holds for
 * every client that does not ask for more, across restarts of either side, and for no other database of the server.
 */
import { z } from 'zod';
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { type Fix, fix, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { databaseOf } from './database.ts';
import { asked } from './fault.ts';
import { NOUN, type Platform } from './services.ts';
import { runningContainers } from './stop-containers.ts';
import { runningPods } from './stop-pods.ts';
import { noDatabase, noReplicas } from './target.ts';

type Mode = 'read-only' | 'writable';

const modeOf = async ({ postgres, signal }: CheckContext): Promise<Mode | 'standby'> => {
  const { readOnlyByDefault, inRecovery } = await postgres.standing(signal);
  if (inRecovery) return 'standby';
  return readOnlyByDefault ? 'read-only' : 'writable';
};

/** What stopping writes has to reach. */
export const writesStopped = (suggests: readonly string[]) =>
  onlyNamed(
    check(
      'Writes to the database are stopped',
      async (context): Promise<Verdict> => {
        const { database } = databaseOf(context);
        return (await modeOf(context)) === 'writable'
          ? problem(`${database} takes writes`, { severity: 'warning', suggests })
          : healthy(`${database} takes no writes`);
      },
      { skip: noDatabase },
    ),
  );

/** What letting them go on has to reach, and what is so on any day. */
export const writesPossible = (suggests: readonly string[]) =>
  check(
    'Writes to the database are possible',
    async (context): Promise<Verdict> => {
      const { database } = databaseOf(context);
      const mode = await modeOf(context);
      switch (mode) {
        case 'writable':
          return healthy(`${database} takes writes`);
        case 'read-only':
          return problem(`${database} is read-only: it takes no writes`, { severity: 'warning', suggests });
        case 'standby':
          return problem(`${database} is a standby: it takes no writes until it is promoted`, {
            severity: 'warning',
          });
      }
    },
    { skip: noDatabase },
  );

/** What is left to do where the database could not be made read-only: nothing of the backend may run. */
export const backendCannotWrite = (platform: Platform, suggests: readonly string[]) =>
  onlyNamed(
    check(
      `The backend’s ${NOUN[platform].many} cannot write`,
      async (context): Promise<Verdict> => {
        const mode =
          noDatabase(context.target) === undefined
            ? await asked(modeOf(context))
            : ({ answered: false } as const);
        if (mode.answered && mode.answer !== 'writable') return healthy('the database takes no writes');
        const running =
          platform === 'docker' ? await runningContainers(context) : (await runningPods(context)).running;
        if (running.length === 0) return healthy(`no ${NOUN[platform].one} runs`);
        return mode.answered
          ? problem(`the database takes writes, and ${running.length} run`, { severity: 'warning', suggests })
          : inconclusive(`${running.length} run, and whether the database takes writes is not known`);
      },
      { skip: noReplicas(platform, 'backend') },
    ),
  );

const Was = z.object({ readOnly: z.boolean() });

const NOTES: Readonly<Record<Mode, readonly string[]>> = {
  'read-only': [
    'Its sessions are ended, so that it holds for all of them; what they have not committed is rolled back.',
    'The API answers errors to whatever wants to write.',
    'A client that asks for a read-write transaction by itself still gets one: stop the backend besides if yours does.',
    'A backup can be restored beside it all the same.',
  ],
  writable: [
    'Its sessions are ended, so that it holds for all of them; what they were reading is read again.',
  ],
};

export const setWrites = (to: Mode, verifiedBy: readonly string[]): Fix =>
  fix(to === 'read-only' ? 'Stop all writes to the database' : 'Let writes to the database go on', {
    risk: 'high',
    touches: ['postgres'],
    unavailable: noDatabase,
    preview: async (context) => {
      const { database } = databaseOf(context);
      const now = await modeOf(context);
      if (now === 'standby')
        throw new Error(
          `${database} is a standby, which takes no writes whatever it is told: promote it, or give Paksa the primary’s address.`,
        );
      if (now === to) throw new Error(`${database} is ${to} already: nothing to do.`);
      const { used } = await context.postgres.connections(context.signal);
      return {
        summary: `Make ${database} ${to}`,
        changes: [
          { what: 'New transactions', before: now, after: to },
          { what: 'Sessions', before: `${used} on the server`, after: `those of ${database} ended` },
        ],
        notes: NOTES[to],
        boundTo: `${database} ${now}`,
      };
    },
    run: async (context) => {
      await context.postgres.setReadOnly(to === 'read-only', context.signal);
      return `${databaseOf(context).database} is ${to}`;
    },
    undo: undoWith({
      title: to === 'read-only' ? 'Let writes go on' : 'Stop all writes again',
      capture: async (context) => ({ readOnly: (await modeOf(context)) === 'read-only' }),
      parse: (data) => Was.parse(data),
      apply: async (context, { readOnly }) => {
        await context.postgres.setReadOnly(readOnly, context.signal);
        return `${databaseOf(context).database} is ${readOnly ? 'read-only' : 'writable'} again`;
      },
      isBack: async (context, { readOnly }) =>
        (await modeOf(context)) === (readOnly ? 'read-only' : 'writable'),
      startsFrom: modeOf,
    }),
    verifiedBy,
  });

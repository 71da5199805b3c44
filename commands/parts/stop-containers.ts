/** The same for containers, which cannot be scaled to nothing: `docker stop`, after which they stay there, and `docker start`. */
import { z } from 'zod';
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { type Fix, fix, irreversible, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { isAtWork, namesOf } from './at-work.ts';
import type { Replica } from './replicas.ts';
import { noContainer } from './target.ts';
import { count } from './words.ts';

export const runningContainers = async ({ docker, signal }: CheckContext): Promise<readonly Replica[]> =>
  (await docker.replicas('backend', signal)).filter(isAtWork);

export const containersStopped = (suggests: readonly string[]) =>
  onlyNamed(
    check(
      'The backend’s containers are stopped',
      async (context): Promise<Verdict> => {
        const running = await runningContainers(context);
        return running.length === 0
          ? healthy('none runs')
          : problem(`${namesOf(running)} ${running.length === 1 ? 'runs' : 'run'}`, {
              severity: 'warning',
              suggests,
            });
      },
      { skip: noContainer('backend') },
    ),
  );

export const containersStarted = (suggests: readonly string[]) =>
  onlyNamed(
    check(
      'The backend’s containers are started',
      async ({ docker, signal }): Promise<Verdict> => {
        const all = await docker.replicas('backend', signal);
        const stopped = all.filter((replica) => !isAtWork(replica));
        return stopped.length === 0
          ? healthy(`${count(all.length, 'container')}, none of them stopped`)
          : problem(`${namesOf(stopped)} ${stopped.length === 1 ? 'is' : 'are'} stopped`, {
              severity: 'warning',
              suggests,
            });
      },
      { skip: noContainer('backend') },
    ),
  );

/** What a stop or a start changes, and no crash in between does. */
const standing = (replicas: readonly Replica[]): string =>
  replicas
    .map((replica) => `${replica.name}/${isAtWork(replica) ? 'at work' : 'stopped'}`)
    .sort()
    .join(' ');

const Stopped = z.object({ names: z.array(z.string()) });

export const stopContainers = (verifiedBy: readonly string[]): Fix =>
  fix('Stop the backend’s containers', {
    risk: 'high',
    touches: ['backend'],
    unavailable: noContainer('backend'),
    preview: async ({ docker, signal }) => {
      const all = await docker.replicas('backend', signal);
      const running = all.filter(isAtWork);
      if (running.length === 0) throw new Error('No container of the backend runs: nothing to stop.');
      return {
        summary: `Stop ${namesOf(running)}`,
        changes: [
          { what: 'Containers', before: `${running.length} of ${all.length} run`, after: 'none runs' },
        ],
        notes: [
          'Nobody can use the system until they are started again.',
          'What they hold in memory is lost; their files and logs stay until they are made anew.',
        ],
        boundTo: standing(all),
      };
    },
    run: async (context) => {
      const running = await runningContainers(context);
      await context.docker.stop('backend', context.signal);
      return `stopped ${namesOf(running)}`;
    },
    undo: undoWith({
      title: 'Start them again',
      capture: async (context) => ({ names: (await runningContainers(context)).map(({ name }) => name) }),
      parse: (data) => Stopped.parse(data),
      apply: async ({ docker, signal }, { names }) => {
        await docker.start('backend', signal);
        return `started ${names.join(', ')}`;
      },
      isBack: async (context, { names }) => {
        const running = (await runningContainers(context)).map(({ name }) => name);
        return names.every((name) => running.includes(name));
      },
      startsFrom: async ({ docker, signal }) => standing(await docker.replicas('backend', signal)),
    }),
    verifiedBy,
  });

export const startContainers = (verifiedBy: readonly string[]): Fix =>
  fix('Start the backend’s containers again', {
    risk: 'medium',
    touches: ['backend'],
    unavailable: noContainer('backend'),
    preview: async ({ docker, signal }) => {
      const all = await docker.replicas('backend', signal);
      const stopped = all.filter((replica) => !isAtWork(replica));
      if (stopped.length === 0) throw new Error('No container of the backend is stopped: nothing to start.');
      return {
        summary: `Start ${namesOf(stopped)}`,
        changes: [
          {
            what: 'Containers',
            before: `${all.length - stopped.length} of ${all.length} run`,
            after: `all ${all.length} run`,
          },
        ],
        notes: [
          'Whoever stopped them may have had a reason: look at the thread first.',
          'They start with the environment that they were made with: after a change of .env, “docker compose up --no-start --no-deps backend” makes them anew.',
        ],
        boundTo: standing(all),
      };
    },
    run: async ({ docker, signal }) => {
      await docker.start('backend', signal);
      return 'the backend’s containers run';
    },
    undo: irreversible('they can be stopped again by “Stop the backend’s containers”'),
    verifiedBy,
    timeoutSeconds: 300,
  });

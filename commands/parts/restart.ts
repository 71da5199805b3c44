/** The guide's restarts: `docker-compose restart` and `kubectl rollout restart`, as fixes that say what they will interrupt. */
import { type Change, type Fix, fix, irreversible, type Preview, type Risk } from '../../src/runbook/fix.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { isUp, type Replica } from './replicas.ts';
import { type Platform, runtimeOf, type Service } from './services.ts';
import { noReplicas } from './target.ts';
import { count } from './words.ts';

export interface RestartOptions {
  readonly risk?: Risk;
  /** Those of the checks that a restart alone need not make healthy. */
  readonly leaves?: readonly string[];
  /** What else it would change, such as how many sessions are cut, and what to know before. */
  readonly more?: (context: CheckContext) => Promise<Pick<Preview, 'changes' | 'notes'>>;
}

export const restartFix = (
  platform: Platform,
  service: Service,
  verifiedBy: readonly string[],
  { risk = 'medium', leaves = [], more }: RestartOptions = {},
): Fix =>
  fix(platform === 'docker' ? `Restart the containers of ${service}` : `Roll over the pods of ${service}`, {
    risk,
    touches: [service],
    unavailable: noReplicas(platform, service),
    preview: async (context) => {
      const [own, others] = await Promise.all([
        platform === 'docker' ? containers(service, context) : pods(service, context),
        more?.(context),
      ]);
      return {
        ...own,
        changes: [...own.changes, ...(others?.changes ?? [])],
        notes: [...own.notes, ...(others?.notes ?? [])],
      };
    },
    run: async (context) => {
      await context[platform].restart(service, context.signal);
      return platform === 'docker' ? `${service} has been restarted` : 'the pods have been replaced';
    },
    undo: irreversible('a restart cannot be taken back'),
    verifiedBy,
    leaves: () => leaves,
    timeoutSeconds: 300,
  });

async function containers(service: Service, context: CheckContext): Promise<Preview> {
  const replicas = await runtimeOf('docker', context).replicas(service, context.signal);
  if (replicas.length === 0)
    throw new Error(
      `There is no container of ${service} to restart: create it with “docker compose up -d ${service}”.`,
    );
  const up = replicas.filter(isUp).length;
  const stopped = replicas.filter(({ state }) => state === 'exited').length;
  const changes: Change[] = [
    {
      what: 'Containers',
      before: `${up} of ${replicas.length} ready`,
      after: `${replicas.length} started anew`,
    },
  ];
  return {
    summary: `Restart ${replicas.map(({ name }) => name).join(', ')}`,
    changes,
    notes: [
      ...(stopped > 0
        ? [`${count(stopped, 'container is', 'containers are')} stopped, and will be started.`]
        : []),
      ...(up > 0 ? [`${service} does not answer for some seconds: open connections are dropped.`] : []),
    ],
    boundTo: replicas.map(settledState).join(' '),
  };
}

/** What is restarted again and again moves by itself; of the rest, the moment of its start is what somebody's restart would change. */
const settledState = ({ name, state, restarts, startedAt }: Replica): string =>
  restarts > 0
    ? `${name}/unsettled`
    : `${name}/${state}${state === 'running' && startedAt ? `/${startedAt.toISOString()}` : ''}`;

async function pods(service: Service, { kubernetes, signal }: CheckContext): Promise<Preview> {
  const { name, namespace, replicas, ready, generation } = await kubernetes.workload(service, signal);
  if (replicas === 0)
    throw new Error(
      `${namespace}/${name} is scaled to nothing: there is no pod to replace. Scale it up first.`,
    );
  return {
    summary: `Roll over the pods of ${namespace}/${name}`,
    changes: [{ what: 'Pods', before: `${ready} of ${replicas} ready`, after: `${replicas} new ones` }],
    notes: replicas < 2 ? ['There is a single pod: connections are dropped while it is replaced.'] : [],
    boundTo: `${namespace}/${name}/${generation}`,
  };
}

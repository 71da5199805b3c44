/** The database is away, or lets nobody in. */
import type Docker from 'dockerode';
import type { ClusterStack } from '../cluster-stack.ts';
import type { ComposeStack } from '../compose-stack.ts';
import { connectEngine } from '../docker/engine.ts';
import type { Fault, LeftToPeople } from '../fault.ts';
import { podsReplaced } from '../promises-cluster.ts';
import { containersStartedAnew } from '../promises-compose.ts';
import { until } from '../until.ts';
import { containerOf } from './compose.ts';
import { rows, sql } from './sql.ts';

const SUPERUSER = 'lab_superuser';
const WAIT_S = 60;

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password);

/** The stack as somebody else than the one whose password is wrong. */
function asAnother(stack: { readonly databaseUrl: string }) {
  const url = new URL(stack.databaseUrl);
  url.username = SUPERUSER;
  return { databaseUrl: url.href };
}

const wrongPassword = <Stack extends { readonly databaseUrl: string }>(): Omit<
  LeftToPeople<Stack>,
  'id' | 'foundBy'
> => ({
  topic: 'connection-refused',
  what: 'the password of the database’s role was changed',
  inject: async (stack) => {
    const password = passwordOf(stack.databaseUrl);
    await sql(
      stack,
      `DROP ROLE IF EXISTS ${SUPERUSER}`,
      `CREATE ROLE ${SUPERUSER} SUPERUSER LOGIN PASSWORD '${password}'`,
      `ALTER ROLE postgres PASSWORD 'another-${password}'`,
    );
  },
  mend: async (stack) => {
    const password = passwordOf(stack.databaseUrl);
    await sql(asAnother(stack), `ALTER ROLE postgres PASSWORD '${password}'`).catch(() => undefined);
    await sql(stack, `DROP ROLE IF EXISTS ${SUPERUSER}`);
  },
  fix: { none: 'whose password is right is for a person to say' },
  lingers: true,
});

const untilDatabaseAnswers = (stack: { readonly databaseUrl: string }) =>
  until(async () => (await rows(stack, 'SELECT 1').catch(() => [])).length === 1, {
    what: 'the database to answer',
    within: WAIT_S * 1000,
  });

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'postgres-stopped',
    topic: 'connection-refused',
    what: 'the container of postgres is stopped',
    inject: async (stack) => {
      await stack.compose('stop', '--timeout', '5', 'postgres');
    },
    mend: async (stack) => {
      await stack.compose('start', 'postgres');
      await stack.untilHealthy('postgres');
    },
    foundBy: ['containers', 'tcp'],
    fix: 'restart-container',
    promised: containersStartedAnew('postgres'),
  },
  {
    id: 'postgres-hangs',
    topic: 'connection-refused',
    what: 'postgres takes connections and answers nothing (its processes are stopped by a signal)',
    inject: async (stack) => {
      await (await containerOf(stack, 'postgres')).kill({ signal: 'SIGSTOP' });
    },
    mend: async (stack) => {
      await (await containerOf(stack, 'postgres')).kill({ signal: 'SIGCONT' }).catch(() => undefined);
      await untilDatabaseAnswers(stack);
    },
    foundBy: ['login'],
    fix: 'restart-container',
    promised: containersStartedAnew('postgres'),
  },
  { id: 'wrong-password', foundBy: ['login'], ...wrongPassword<ComposeStack>() },
];

/** The database's container, as Docker knows it: a process ignores a signal that its own namespace sends to its first one. */
async function podContainer({ namespace }: ClusterStack): Promise<Docker.Container> {
  const docker = connectEngine();
  const label = [`io.kubernetes.pod.namespace=${namespace}`, 'io.kubernetes.container.name=postgres'];
  const [found] = await docker.listContainers({ filters: { label } });
  if (!found) throw new Error(`no container of the database runs in ${namespace}`);
  return docker.getContainer(found.Id);
}

export const clusterFaults: readonly Fault<ClusterStack>[] = [
  {
    id: 'postgres-pod-hangs',
    topic: 'connection-refused',
    what: 'the database in its pod takes connections and answers nothing',
    inject: async (stack) => {
      await (await podContainer(stack)).kill({ signal: 'SIGSTOP' });
    },
    mend: async (stack) => {
      await podContainer(stack)
        .then((container) => container.kill({ signal: 'SIGCONT' }))
        .catch(() => undefined);
      await stack.untilRolledOut('statefulset/postgres-primary');
      await untilDatabaseAnswers(stack);
    },
    foundBy: ['login'],
    fix: 'restart-statefulset',
    promised: podsReplaced('app=postgres'),
  },
  { id: 'wrong-password-in-the-cluster', foundBy: ['login'], ...wrongPassword<ClusterStack>() },
];

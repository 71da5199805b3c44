/**
 * The emergencies in the cluster, driven to their ends: the system is down and comes back; a breach is contained, with a new
 * secret and a new password that nobody sees.
 */
import { NetworkingV1Api } from '@kubernetes/client-node';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closers } from '../../src/signals.ts';
import { preparedDatabase } from '../harness/database.ts';
import { BACKEND_ROLE, DATABASE_SECRET, giveBackendItsRole, holdAddress } from './backend-role.ts';
import { type ClusterStack, startClusterStack } from './cluster-stack.ts';
import { clusterEnvironment, configurationOf } from './configuration.ts';
import { connectEngine } from './docker/engine.ts';
import { type Emergencies, openEmergencies } from './emergencies.ts';
import { statesOf } from './emergency-drive.ts';
import { rows } from './faults/sql.ts';
import { keys } from './filled.ts';
import { canRunLab, LAB_MS, runningLab, STACK_MS } from './for-tests.ts';
import { signToken } from './token.ts';
import { until } from './until.ts';

const LONG = { timeout: 600_000 };
const SOON = { timeout: 60_000, interval: 500 };
const SECRET = { name: 'paksa-secrets', key: 'JWT_SECRET_KEY' };

describe.runIf(canRunLab())('emergencies in the cluster', () => {
  let stack: ClusterStack;
  let databaseUrl: string;
  let emergencies: Emergencies;
  const { opened, closeAll } = closers();
  beforeAll(async () => {
    stack = await startClusterStack(await runningLab(), 'emergencies');
    opened(stack.stop);
    const database = await preparedDatabase();
    opened(database.drop);
    databaseUrl = database.url;
    emergencies = await openEmergencies(configurationOf({ lab: clusterEnvironment(stack) }), databaseUrl);
    opened(emergencies.close);
  }, LAB_MS);
  afterAll(closeAll, STACK_MS);

  const health = async () => (await stack.get('/health')).status;
  const isLetIn = async (secret: string) =>
    (await stack.get('/auth/verify', { authorization: `Bearer ${signToken(secret)}` })).status === 200;
  const pods = async () => (await stack.cluster.pods(stack.namespace, 'app=paksa-backend')).length;

  it('brings back a database and a backend that hang', LONG, async () => {
    await hang(stack, 'postgres', 'app=postgres');
    await hang(stack, 'backend', 'app=paksa-backend');
    expect(await health()).toBeGreaterThanOrEqual(500);

    const drive = await emergencies.declare('system-down');
    expect(await drive.approveUntil('notify')).toEqual(['restart-statefulset', 'rollout-restart']);
    await drive.tick('notify');
    const run = await drive.finished();
    expect(statesOf(run)).toMatchObject({
      'check-services': 'done',
      'restart-postgres': 'skipped',
      'restart-redis': 'skipped',
      'check-database': 'done',
      'restart-backend': 'skipped',
      'start-pods': 'skipped',
      'restart-nginx': 'skipped',
      'restart-ingress': 'skipped',
      'check-balancer': 'done',
      back: 'done',
    });
    const looked = run.steps.find(({ id }) => id === 'check-services')?.findings ?? [];
    expect(looked.filter(({ status }) => status === 'problem').map(({ title }) => title)).toEqual(
      expect.arrayContaining(['All pods', 'All services of the cluster']),
    );
    expect(await health()).toBe(200);
    expect(await rows(stack, 'SELECT count(*)::int AS n FROM invoices')).toEqual([{ n: 8000 }]);
    await emergencies.operator.say(drive.incident, { decision: 'resolve' });
  });

  it('contains a breach, and shows nobody the new secret and the new password', LONG, async () => {
    const old = stack.jwtSecret;
    const oldAddress = await giveBackendItsRole(stack);
    expect(await logsIn(oldAddress)).toBe(true);
    expect(await isLetIn(old)).toBe(true);
    expect(await keys(stack.redisUrl, 'session:*')).toBeGreaterThan(0);
    const forged = { authorization: `Bearer ${signToken('a guess')}` };
    await Promise.all(Array.from({ length: 60 }, () => stack.get('/auth/verify', forged)));
    const intruder = new pg.Client({ connectionString: stack.databaseUrl, application_name: 'psql' });
    intruder.on('error', () => undefined);
    await intruder.connect();

    const drive = await emergencies.declare('security-breach');
    await drive.approve('isolate');
    expect(await policies(stack)).toEqual(['paksa-isolation']);
    // The lab's network enforces no policy, which is found out; another cluster's may.
    await drive.approveUntil('cut-sessions');
    const review = (await drive.read()).run.steps.find(({ id }) => id === 'review-access');
    const access = review?.findings?.find(({ title }) => title === 'Access log of the pods');
    expect(access).toMatchObject({ status: 'problem', summary: expect.stringContaining('/auth/verify') });
    await drive.approve('cut-sessions');
    await expect(intruder.query('SELECT 1')).rejects.toThrow();
    // A change of the password that broke off: the secret has it, the role has not.
    const unfinished = oldAddress.replace(passwordOf(oldAddress), 'broken-off-half-way');
    await holdAddress(stack, unfinished);
    await drive.tick('keep-evidence');

    await drive.approveUntil('rotate-secret');
    expect(await pods()).toBe(0);
    await drive.approve('rotate-secret');
    const secret = await currentSecret(stack, SECRET);
    expect(secret).toHaveLength(64);
    expect(secret).not.toBe(old);

    const { attempt } = await drive.approve('rotate-database-password');
    expect(attempt.preview?.changes).toContainEqual(
      expect.objectContaining({ what: `Sessions of “${BACKEND_ROLE}”`, before: '0 open' }),
    );
    expect(attempt.preview?.notes.join()).toContain(`does not let “${BACKEND_ROLE}” in here`);
    const address = await currentSecret(stack, DATABASE_SECRET);
    expect(address).toBe(oldAddress.replace(passwordOf(oldAddress), passwordOf(address)));
    expect(passwordOf(address)).toMatch(/^[\w-]{64}$/);
    expect(await logsIn(oldAddress)).toBe(false);
    expect(await logsIn(address)).toBe(true);

    await drive.approve('drop-sessions');
    expect(await keys(stack.redisUrl, 'session:*')).toBe(0);
    for (const step of ['change-postgres', 'change-redis', 'change-addresses', 'change-keys'])
      await drive.tick(step);
    await drive.approve('cut-again');
    await drive.tick('patch');
    await drive.tick('audit');
    await drive.approve('rejoin');
    expect(await policies(stack)).toEqual([]);
    await drive.approve('start-pods');
    await drive.tick('watch');
    const run = await drive.finished();
    const states = statesOf(run);
    expect([states['stop-leaking'], states['stop-pods']].sort()).toEqual(['done', 'skipped']);
    expect(states).toMatchObject({ 'stop-containers': 'skipped', 'start-containers': 'skipped' });

    expect(await pods()).toBe(2);
    await expect.poll(health, SOON).toBe(200);
    expect(await isLetIn(old)).toBe(false);
    expect(await isLetIn(secret)).toBe(true);
    const ofBackend = await rows(stack, `SELECT FROM pg_stat_activity WHERE usename = '${BACKEND_ROLE}'`);
    expect(ofBackend.length).toBeGreaterThan(0);

    // What was changed last is taken back: what the secret held before, there, for the role, and in the pods.
    expect(await drive.undo('rotate-database-password')).toMatchObject({ stage: 'undone' });
    expect(await currentSecret(stack, DATABASE_SECRET)).toBe(unfinished);
    expect(await logsIn(unfinished)).toBe(true);
    expect(await logsIn(address)).toBe(false);
    await expect.poll(health, SOON).toBe(200);
    expect(await isLetIn(secret)).toBe(true);

    const { incident } = await drive.read();
    const log = await emergencies.operator.engine.store.log(drive.incident);
    const passwords = [address, oldAddress, unfinished].flatMap((each) => [passwordOf(each), encoded(each)]);
    for (const value of [secret, old, encoded(secret), encoded(old), ...passwords]) {
      expect(JSON.stringify({ incident, log })).not.toContain(value);
      expect(await tablesWith(databaseUrl, value)).toEqual([]);
    }
  });
});

/** Stops the first process of each container of that name by a signal, as a hang does, and waits until its pods are not ready. */
async function hang({ namespace, cluster }: ClusterStack, container: string, labels: string): Promise<void> {
  const docker = connectEngine();
  const label = [`io.kubernetes.pod.namespace=${namespace}`, `io.kubernetes.container.name=${container}`];
  for (const { Id } of await docker.listContainers({ filters: { label } }))
    await docker.getContainer(Id).kill({ signal: 'SIGSTOP' });
  await until(
    async () =>
      (await cluster.pods(namespace, labels)).every(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False'),
      ),
    { what: `the pods of ${labels} not to be ready`, within: 90_000, every: 500 },
  );
}

async function policies({ namespace, cluster }: ClusterStack): Promise<readonly (string | undefined)[]> {
  const { items } = await cluster.config
    .makeApiClient(NetworkingV1Api)
    .listNamespacedNetworkPolicy({ namespace });
  return items.map(({ metadata }) => metadata?.name);
}

const encoded = (value: string): string => Buffer.from(value).toString('base64');

const passwordOf = (address: string): string => new URL(address).password;

async function currentSecret(
  { namespace, cluster }: ClusterStack,
  { name, key }: { readonly name: string; readonly key: string },
): Promise<string> {
  const { data = {} } = await cluster.core.readNamespacedSecret({ namespace, name });
  return Buffer.from(data[key] ?? '', 'base64').toString();
}

const logsIn = (databaseUrl: string): Promise<boolean> =>
  rows({ databaseUrl }, 'SELECT 1').then(
    () => true,
    ({ code }) => {
      expect(code).toBe('28P01');
      return false;
    },
  );

/** The tables of Paksa's own database that hold this text anywhere. */
async function tablesWith(databaseUrl: string, text: string): Promise<readonly string[]> {
  const database = { databaseUrl };
  const tables = await rows<{ name: string }>(
    database,
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [hit] = await rows(database, `SELECT 1 FROM ${name} t WHERE t::text LIKE '%${text}%' LIMIT 1`);
    if (hit) found.push(name);
  }
  return found;
}

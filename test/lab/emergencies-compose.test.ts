/**
 * The emergencies under docker-compose, driven to their ends: the system is down and comes back; a step fails, another one is
 * overdue, and both page the next level; rows are lost, and come back out of a backup.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closers } from '../../src/signals.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { preparedDatabase } from '../harness/database.ts';
import { copyBack, databases, dump } from './backups.ts';
import { type ComposeStack, startComposeStack } from './compose-stack.ts';
import { composeEnvironment, configurationOf } from './configuration.ts';
import { type Emergencies, openEmergencies } from './emergencies.ts';
import { type Drive, statesOf } from './emergency-drive.ts';
import { rows, sql } from './faults/sql.ts';
import { canRunLab, LAB_MS, runningLab, STACK_MS } from './for-tests.ts';

const MINUTE_MS = 60_000;
const LONG = { timeout: 600_000 };
const SOON = { timeout: 30_000 };
const INSERT = `INSERT INTO invoices (tenant_id, customer_id, subtotal, tax_amount, total_amount, created_at)
  VALUES (1, 20, 100, 17, 117, now())`;

describe.runIf(canRunLab())('emergencies under docker-compose', () => {
  let stack: ComposeStack;
  let emergencies: Emergencies;
  let clock: MovableClock;
  const { opened, closeAll } = closers();
  beforeAll(async () => {
    stack = await startComposeStack(await runningLab(), 'emergencies');
    opened(stack.stop);
    const backups = join(stack.folder, 'backups');
    await mkdir(backups);
    await dump(stack, join(backups, 'nightly.dump'));
    const { environment, variables } = composeEnvironment(stack);
    const database = await preparedDatabase();
    opened(database.drop);
    const config = configurationOf({
      lab: { environment: { ...environment, backups: { directory: backups } }, variables },
    });
    emergencies = await openEmergencies(config, database.url);
    opened(emergencies.close);
    clock = await movableClock(database.url);
    opened(clock.close);
  }, LAB_MS);
  afterAll(closeAll, STACK_MS);

  const health = async () => (await fetch(`${stack.nginxUrl}/health`)).status;
  const paged = ({ incident }: Drive) => emergencies.pages(incident).map(({ responder }) => responder);
  const say = (...what: Parameters<Emergencies['operator']['say']>) => emergencies.operator.say(...what);

  it('brings back a database and a backend that are down', LONG, async () => {
    await stack.compose('stop', '--timeout', '5', 'postgres');
    await stack.compose('kill', 'backend');
    // Others have taken their addresses meanwhile: nginx, which looks a name up once, will not find the backend again.
    for (let taken = 0; taken < 2; taken += 1) await stack.compose('run', '--detach', '--no-deps', 'redis');
    expect(await health()).toBeGreaterThanOrEqual(500);

    const drive = await emergencies.declare('system-down');
    expect(await drive.approveUntil('notify')).toEqual([
      'restart-postgres',
      'restart-backend',
      'restart-nginx',
    ]);
    await drive.tick('notify');
    const run = await drive.finished();
    expect(statesOf(run)).toMatchObject({
      'check-services': 'done',
      'restart-statefulset': 'skipped',
      'restart-redis': 'skipped',
      'restart-redis-pods': 'skipped',
      'check-database': 'done',
      'start-pods': 'skipped',
      'rollout-restart': 'skipped',
      'restart-ingress': 'skipped',
      'check-balancer': 'done',
      back: 'done',
    });
    const notes = Object.fromEntries(run.steps.map(({ id, note }) => [id, note]));
    expect(notes['restart-redis']).toMatch(/^not needed: /);
    expect(notes['restart-statefulset']).toContain('no workload of postgres configured');
    expect(await health()).toBe(200);
    expect(await rows(stack, 'SELECT count(*)::int AS n FROM invoices')).toEqual([{ n: 8000 }]);
    expect(paged(drive)).toEqual(['user/ULEVEL1']);
    await say(drive.incident, { decision: 'resolve' });
  });

  it('pages the next level when a fix fails, and goes on once that is mended', LONG, async () => {
    const file = join(stack.nginxFolder, 'backend.conf');
    const config = await readFile(file, 'utf8');
    await writeFile(file, config.replace('listen 80;', 'listen eighty;'));
    await stack.compose('kill', 'nginx');

    const drive = await emergencies.declare('system-down');
    await drive.arrive('restart-nginx');
    await say(drive.incident, { decision: 'acknowledge' }, 'ULEVEL1');
    const { step: failed } = await drive.approve('restart-nginx', 'failed');
    expect(failed.note).toContain('the fix did not help');
    expect((await drive.read()).incident).toMatchObject({ status: 'open', ladder: { level: 2 } });
    await expect.poll(() => paged(drive), SOON).toEqual(['user/ULEVEL1', 'user/ULEVEL2']);

    await writeFile(file, config);
    await drive.retry('restart-nginx');
    // Docker starts what keeps ending again by itself, sooner or later.
    await drive.approveUntil('notify');
    expect(await health()).toBe(200);

    await drive.tick('notify');
    await drive.finished();
    await say(drive.incident, { decision: 'resolve' });
  });

  it(
    'stops writes, restores beside and lets writes go on, and calls more people when one is late',
    LONG,
    async () => {
      await sql(stack, 'DELETE FROM invoices WHERE tenant_id <= 5');
      const client = new pg.Client({ connectionString: stack.databaseUrl, application_name: 'paksa-batch' });
      client.on('error', () => undefined);
      await client.connect();

      const drive = await emergencies.declare('data-loss');
      const stopped = await drive.approve('stop-writes');
      expect(stopped.attempt.preview?.summary).toContain('read-only');
      await expect(sql(stack, INSERT)).rejects.toMatchObject({ code: '25006' });
      // Who was connected before, too.
      await expect(client.query(INSERT)).rejects.toThrow();
      expect((await fetch(`${stack.nginxUrl}/api/v1/invoices?tenant_id=7`)).status).toBe(200);

      await drive.arrive('assess');
      await say(drive.incident, { decision: 'acknowledge' }, 'ULEVEL1');
      await clock.move(19 * MINUTE_MS);
      await clock.move(0);
      expect(paged(drive)).toEqual(['user/ULEVEL1']);
      await clock.move(2 * MINUTE_MS);
      await expect.poll(() => paged(drive), SOON).toEqual(['user/ULEVEL1', 'user/ULEVEL2']);
      expect(await drive.arrive('assess')).toMatchObject({ isOverdue: true });
      await drive.tick('assess');
      const restored = await drive.approve('restore');
      expect(restored.step.note).toContain('nightly.dump');
      const decide = await drive.arrive('decide');
      expect(statesOf((await drive.read()).run)).toMatchObject({
        'stop-pods': 'skipped',
        'stop-containers': 'skipped',
        extent: 'done',
        backups: 'done',
        compare: 'done',
      });
      const [compared, holds] =
        (await drive.read()).run.steps.find(({ id }) => id === 'compare')?.findings ?? [];
      expect(compared?.summary).toMatch(/invoices: 8,000 restored, 6,000 now/);
      expect(holds).toMatchObject({ check: 'restored-holds', status: 'healthy' });
      expect(decide.kind === 'person' && decide.instructions.join('\n')).toContain('postgres_fdw');
      await copyBack(stack);
      await drive.tick('decide');

      await drive.approve('resume-writes');
      await sql(stack, INSERT, 'DELETE FROM invoices WHERE id > 8000');
      await drive.tick('monitor');
      const run = await drive.finished();
      expect(statesOf(run)).toMatchObject({
        integrity: 'done',
        'start-pods': 'skipped',
        'start-containers': 'skipped',
        resumed: 'done',
      });
      expect(await rows(stack, 'SELECT count(*)::int AS n FROM invoices')).toEqual([{ n: 8000 }]);
      expect(await health()).toBe(200);

      expect(await databases(stack)).toContain('paksa_db_restored');
      expect(await drive.undo('restore-beside')).toMatchObject({ stage: 'undone' });
      expect(await databases(stack)).not.toContain('paksa_db_restored');
    },
  );
});

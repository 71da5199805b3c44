/** Building, dropping and analyzing: what fails or is stopped leaves nothing behind, and somebody else's is left alone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { IndexProposal } from '../../../src/adapters/postgres/port.ts';
import {
  execute,
  loginRole,
  POSTGRES,
  type PostgresServer,
  startPostgres,
} from '../../harness/postgres-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import {
  createSystem,
  failureOf,
  openSession,
  openSystem,
  type Session,
  type System,
  soon,
} from './system.ts';

const proposal = (columns: readonly string[], more: Partial<IndexProposal> = {}): IndexProposal => ({
  name: `idx_invoices_${columns.join('_')}`,
  schema: 'public',
  table: 'invoices',
  columns,
  ddl: 'CREATE INDEX CONCURRENTLY as proposed',
  basis: 'plan',
  reason: 'a test',
  tableRows: 0,
  tableBytes: 0,
  ...more,
});

describe.runIf(requirePrograms(POSTGRES))('PostgreSQL 15', () => {
  let server: PostgresServer;
  let system: System;
  let modest: System;
  const sessions: Session[] = [];
  const join = async () => {
    const session = await openSession(system.url);
    sessions.push(session);
    return session;
  };
  const indexes = () =>
    execute<{ name: string; valid: boolean }>(
      system.url,
      `SELECT i.relname AS name, x.indisvalid AS valid FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = 'invoices'::regclass AND NOT x.indisprimary ORDER BY 1`,
    );

  beforeAll(async () => {
    server = await startPostgres();
    await execute(server.url(), loginRole('modest'));
    system = await createSystem(
      server.url(),
      'CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int, created_at timestamptz, note text, path point)',
      'INSERT INTO invoices SELECT i, i % 7, now() FROM generate_series(1, 1000) i',
      `INSERT INTO invoices (id, note) SELECT 0, string_agg(md5(i::text), '') FROM generate_series(1, 500) i`,
      'CREATE TABLE others (id int)',
      'GRANT SELECT ON invoices TO modest',
    );
    modest = openSystem(system.url.replace('//postgres:', '//modest:'));
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.end();
    for (const { name } of await indexes()) await execute(system.url, `DROP INDEX "${name}"`);
  });
  afterAll(async () => {
    await Promise.all([system?.db.close(), modest?.db.close()]);
    await server?.[Symbol.asyncDispose]();
  });

  /** A transaction that a build has to wait for. */
  const hold = async () => {
    const holder = await join();
    await holder.query('BEGIN');
    await holder.query('UPDATE invoices SET tenant_id = tenant_id WHERE id = 1');
    return holder;
  };
  /** A build of Paksa's that was stopped while it waited. */
  const stopped = async () => {
    const holder = await hold();
    const called = new AbortController();
    const building = failureOf(system.actuator.createIndex(proposal(['tenant_id']), called.signal));
    await expect.poll(indexes).toEqual([{ name: 'idx_invoices_tenant_id', valid: false }]);
    called.abort();
    return { holder, building };
  };
  /** What an interrupted build of somebody's leaves behind. */
  const leaveUnfinished = async (name: string) => {
    const builder = await join();
    const holder = await hold();
    const { settled } = builder.begin(`CREATE INDEX CONCURRENTLY "${name}" ON invoices (tenant_id)`);
    await expect.poll(indexes).toEqual([{ name, valid: false }]);
    await execute(server.url(), `SELECT pg_cancel_backend(${builder.pid})`);
    expect(await settled).toContain('canceling');
    await holder.query('ROLLBACK');
  };

  test('builds what was proposed, from its parts', async () => {
    await system.actuator.createIndex(proposal(['tenant_id', 'created_at']), soon());
    expect(await indexes()).toEqual([{ name: 'idx_invoices_tenant_id_created_at', valid: true }]);
    const [row] = await execute(
      system.url,
      `SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'idx_invoices%'`,
    );
    expect(row).toEqual({
      indexdef:
        'CREATE INDEX idx_invoices_tenant_id_created_at ON public.invoices USING btree (tenant_id, created_at)',
    });
  });

  test('does not build it again, nor something else of that name', async () => {
    await system.actuator.createIndex(proposal(['tenant_id']), soon());
    const again = await failureOf(system.actuator.createIndex(proposal(['tenant_id']), soon()));
    expect(again).toMatchObject({ fault: 'refused', retryable: false });
    expect(again.message).toContain('There is an index idx_invoices_tenant_id already');
    const taken = await failureOf(
      system.actuator.createIndex(proposal(['tenant_id'], { name: 'others' }), soon()),
    );
    expect(taken.message).toContain('42P07');
    expect(await indexes()).toEqual([{ name: 'idx_invoices_tenant_id', valid: true }]);
  });

  test('replaces what an interrupted build left behind, which is told as such', async () => {
    await leaveUnfinished('idx_invoices_tenant_id');
    expect(await modest.probe.invalidIndexes(soon())).toEqual([
      { schema: 'public', name: 'idx_invoices_tenant_id', table: 'invoices', inProgress: false },
    ]);
    await system.actuator.createIndex(proposal(['tenant_id']), soon());
    expect(await system.probe.invalidIndexes(soon())).toEqual([]);
    expect(await indexes()).toEqual([{ name: 'idx_invoices_tenant_id', valid: true }]);
  });

  test('leaves one that is being built to whoever builds it', async () => {
    const builder = await join();
    const holder = await hold();
    const { settled } = builder.begin(
      'CREATE INDEX CONCURRENTLY idx_invoices_tenant_id ON invoices (tenant_id)',
    );
    const building = {
      schema: 'public',
      name: 'idx_invoices_tenant_id',
      table: 'invoices',
      inProgress: true,
    };
    await expect.poll(() => system.probe.invalidIndexes(soon())).toEqual([building]);
    // Which one is not shown to everybody: it may be this one.
    expect(await modest.probe.invalidIndexes(soon())).toEqual([building]);
    const error = await failureOf(system.actuator.createIndex(proposal(['tenant_id']), soon()));
    expect(error.message).toContain('A session is building idx_invoices_tenant_id right now');
    await holder.query('ROLLBACK');
    expect(await settled).toBe('done');
    expect(await system.probe.invalidIndexes(soon())).toEqual([]);
  });

  test('that fails leaves nothing behind', async () => {
    const wide = await failureOf(system.actuator.createIndex(proposal(['note']), soon()));
    expect(wide).toMatchObject({ fault: 'refused', retryable: false });
    expect(wide.message).toContain('54000');
    const unsorted = await failureOf(system.actuator.createIndex(proposal(['path']), soon()));
    expect(unsorted.message).toContain('42704');
    expect(await indexes()).toEqual([]);
  });

  test('that is stopped ends on the server and leaves nothing behind', async () => {
    const { holder, building } = await stopped();
    const progress = () => execute(server.url(), 'SELECT FROM pg_stat_progress_create_index');
    await expect.poll(progress).toEqual([]);
    // What it waited for keeps the leftover from being dropped at once, but not for long.
    await holder.query('ROLLBACK');
    const error = await building;
    expect(error).toMatchObject({ fault: 'timed-out', retryable: false });
    expect(error.message).not.toContain('left behind');
    expect(await indexes()).toEqual([]);
  });

  test('says what it could not take away', async () => {
    const { holder, building } = await stopped();
    const error = await building;
    expect(error).toMatchObject({ fault: 'timed-out', retryable: false });
    expect(error.message).toContain(
      'An unfinished index may be left behind: DROP INDEX CONCURRENTLY "public"."idx_invoices_tenant_id"; takes it away',
    );
    await holder.query('ROLLBACK');
  });

  test('without the right to', async () => {
    const error = await failureOf(modest.actuator.createIndex(proposal(['tenant_id']), soon()));
    expect(error).toMatchObject({ fault: 'forbidden' });
    expect(error.message).toContain('give it the role that owns table invoices');
    expect(await indexes()).toEqual([]);
  });

  test('in a database that is read-only by default', async () => {
    await system.actuator.setReadOnly(true, soon());
    await system.actuator.createIndex(proposal(['tenant_id']), soon());
    await system.actuator.setReadOnly(false, soon());
    expect(await indexes()).toEqual([{ name: 'idx_invoices_tenant_id', valid: true }]);
  });

  test('drops an index, valid or not, once', async () => {
    const index = { schema: 'public', name: 'idx_invoices_tenant_id' };
    await system.actuator.createIndex(proposal(['tenant_id']), soon());
    expect(await failureOf(modest.actuator.dropIndex(index, soon()))).toMatchObject({ fault: 'forbidden' });
    await system.actuator.dropIndex(index, soon());
    expect(await indexes()).toEqual([]);
    await leaveUnfinished('idx_invoices_tenant_id');
    await system.actuator.dropIndex(index, soon());
    expect(await indexes()).toEqual([]);
    expect(await failureOf(system.actuator.dropIndex(index, soon()))).toMatchObject({ fault: 'not-found' });
    const needed = await failureOf(
      system.actuator.dropIndex({ schema: 'public', name: 'invoices_pkey' }, soon()),
    );
    expect(needed).toMatchObject({ fault: 'refused' });
  });

  test('analyzes tables', async () => {
    const tables = [
      { schema: 'public', table: 'invoices' },
      { schema: 'public', table: 'others' },
    ];
    const analyzed = async () =>
      (await system.probe.tables(soon())).filter(({ lastAnalyze }) => lastAnalyze !== undefined).length;
    expect(await analyzed()).toBe(0);
    await system.actuator.analyze(tables, soon());
    await expect.poll(analyzed).toBe(2);
    const gone = await failureOf(system.actuator.analyze([{ schema: 'public', table: 'gone' }], soon()));
    expect(gone).toMatchObject({ fault: 'not-found' });
  });

  test('does not take PostgreSQL’s warning that it skipped a table for success', async () => {
    const error = await failureOf(modest.actuator.analyze([{ schema: 'public', table: 'invoices' }], soon()));
    expect(error).toMatchObject({ fault: 'forbidden' });
    expect(error.message).toContain(
      'public.invoices is not its own. Until PostgreSQL 17 that takes an owner',
    );
  });

  test('waits for a lock, and no longer than it is told', async () => {
    const holder = await join();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE others');
    const analyzing = failureOf(
      system.actuator.analyze([{ schema: 'public', table: 'others' }], AbortSignal.timeout(200)),
    );
    expect(await analyzing).toMatchObject({ fault: 'timed-out' });
  });
});

/** The fixes of the topic `slow-queries`: what they show, do and take back. */
import { describe, expect, test } from 'vitest';
import { slowQueries } from '../../../commands/slow-queries.ts';
import type { Session, SessionRef, TableHealth } from '../../../src/adapters/postgres/port.ts';
import { type Given, PRODUCTION } from '../context.ts';
import { MIB } from '../sample-system.ts';
import { idle, session } from '../sessions.ts';
import { minutesAgo, under } from '../topic.ts';

const { context, fixCalled } = under(slowQueries);

test.each(Object.keys(slowQueries.fixes))('%s needs a database', (id) => {
  expect(fixCalled(id).unavailable({ environment: 'empty' })).toMatch(/no database configured/);
  expect(fixCalled(id).unavailable(PRODUCTION)).toBeUndefined();
});

describe('analyze', () => {
  const fix = fixCalled('analyze');
  const stale = (of: Partial<TableHealth> = {}): TableHealth => ({
    schema: 'public',
    table: 'invoices',
    liveRows: 8000,
    deadRows: 0,
    bytes: 2 * MIB,
    bloatBytes: 0,
    modifiedSinceAnalyze: 4000,
    hasStatistics: true,
    lastAnalyze: minutesAgo(60),
    ...of,
  });
  const tables = (...all: TableHealth[]): Given => ({ postgres: { tables: async () => all } });

  test('shows which tables, and how old their statistics are', async () => {
    expect(
      await fix.preview(
        context(tables(stale(), stale({ schema: 'sales' }), stale({ modifiedSinceAnalyze: 1 }))),
      ),
    ).toEqual({
      summary: 'Analyse 2 tables, 4 MiB',
      changes: [
        { what: 'invoices', before: '4,000 changes to 8,000 rows since 2026-10-01', after: 'analysed' },
        { what: 'sales.invoices', before: '4,000 changes to 8,000 rows since 2026-10-01', after: 'analysed' },
      ],
      notes: [expect.stringContaining('locks neither')],
      boundTo: 'invoices sales.invoices',
    });
  });

  test('an approval outlives further changes, but not further tables', async () => {
    const bound = async (...all: TableHealth[]) => (await fix.preview(context(tables(...all)))).boundTo;
    expect(await bound(stale({ modifiedSinceAnalyze: 4001, bytes: 9 }))).toBe(await bound(stale()));
    expect(await bound(stale(), stale({ table: 'customers' }))).not.toBe(await bound(stale()));
  });

  test('analyses them once', async () => {
    const asked: unknown[] = [];
    const analyze = async (which: unknown) => {
      asked.push(which);
    };
    const acting = context({ postgres: { ...tables(stale()).postgres, analyze } });
    expect(await fix.run(acting)).toBe('analysed invoices');
    expect(asked).toEqual([[{ schema: 'public', table: 'invoices' }]]);
  });

  test('has nothing to do when all are up to date', async () => {
    await expect(fix.preview(context(tables()))).rejects.toThrow('nothing to do');
    expect(await fix.run(context(tables()))).toMatch(/meanwhile/);
  });
});

describe('terminate-queries', () => {
  const fix = fixCalled('terminate-queries');
  const at = (...sessions: Session[]): Given => ({ postgres: { sessions: async () => sessions } });
  const waiter = (pid: number, minutes: number, blockedBy: readonly number[]) =>
    session(pid, minutes, { blockedBy });

  test('ends long queries and who keeps others waiting, not who waits', async () => {
    const { summary, notes } = await fix.preview(
      context(
        at(
          session(1, 6, { query: 'UPDATE invoices SET notes = $1' }),
          session(2, 4),
          idle(3, 12),
          waiter(4, 10, [3]),
          idle(5, 40),
        ),
      ),
    );
    expect(summary).toBe('End 2 sessions of paksa_db: pid 3, 1');
    expect(notes).toContain('1 of them writes (pid 1): what it has not committed is lost.');
  });

  test.each([
    ['Paksa’s own', session(1, 60, { own: true })],
    ['another application’s', session(1, 60, { elsewhere: true, database: 'reports' })],
    ['replication', session(1, 60, { kind: 'walsender' })],
    ['autovacuum', session(1, 60, { kind: 'autovacuum worker' })],
    ['a backup', session(1, 60, { application: 'pg_dump' })],
    ['an index build', session(1, 60, { query: 'CREATE UNIQUE INDEX i ON t (c)' })],
    ['who waits for a lock', waiter(1, 60, [2])],
    ['who waits for nobody, and nobody for them', idle(1, 60)],
  ])('leaves alone %s', async (_, left) => {
    await expect(fix.preview(context(at(left)))).rejects.toThrow('there is none to end');
  });

  test('leaves alone a backup that others wait for', async () => {
    const sessions = at(idle(1, 60, { application: 'pg_dump' }), waiter(2, 20, [1]));
    await expect(fix.preview(context(sessions))).rejects.toThrow('there is none to end');
  });

  test('an approval is for these statements of these sessions', async () => {
    const bound = async (of: Partial<Session>) =>
      (await fix.preview(context(at({ ...session(1, 6), ...of })))).boundTo;
    const same = await bound({});
    expect(same).toBe('1@2026-10-01T10:19:00.000Z@2026-10-01T11:54:00.000Z@2026-10-01T11:54:00.000Z');
    expect(await bound({ seconds: 999 })).toBe(same);
    expect(await bound({ queryStart: minutesAgo(5.5) })).not.toBe(same);
    expect(await bound({ backendStart: minutesAgo(5.5) })).not.toBe(same);
  });

  test('ends them once, and cannot be taken back', async () => {
    const ended: SessionRef[] = [];
    const terminate = async (which: readonly SessionRef[]) => ended.push(...which);
    const { boundTo } = await fix.preview(context(at(session(1, 6))));
    // One that has grown old since is not among those that somebody has seen.
    const { postgres } = at(session(1, 6), session(2, 7));
    expect(await fix.run(context({ postgres: { ...postgres, terminate } }, { approved: boundTo }))).toBe(
      '1 of 1 session ended',
    );
    expect(ended).toEqual([{ pid: 1, backendStart: minutesAgo(101), queryStart: minutesAgo(6) }]);
    expect(fix.undo).toMatchObject({ reversible: false });
    expect(fix.risk).toBe('high');
  });
});

test('end-idle-transactions ends those that nobody waits for, too', async () => {
  const sessions = async () => [idle(1, 12), session(2, 60)];
  const fix = fixCalled('end-idle-transactions');
  expect((await fix.preview(context({ postgres: { sessions } }))).summary).toBe(
    'End 1 session of paksa_db: pid 1',
  );
  expect(fix.verifiedBy).toEqual(['idle-in-transaction']);
});

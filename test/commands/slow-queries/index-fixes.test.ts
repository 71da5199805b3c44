/** The fixes of the topic `slow-queries` that build and drop indexes: what they show, do and take back. */
import { describe, expect, test } from 'vitest';
import { slowQueries } from '../../../commands/slow-queries.ts';
import type { IndexProposal } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import { HALF_BUILT, proposal } from '../sample-indexes.ts';
import { idle, session } from '../sessions.ts';
import { faulty, under } from '../topic.ts';

const { context, fixCalled, undoOf } = under(slowQueries);

const GUIDE = proposal();
const OTHER = proposal({
  name: 'idx_customers_tenant',
  table: 'customers',
  columns: ['tenant_id'],
  basis: 'plan',
});
const SMALL = proposal({ name: 'idx_small', tableRows: 10 });
const LEFT = { ...HALF_BUILT, name: GUIDE.name };

describe('create-index', () => {
  const fix = fixCalled('create-index');
  const undo = undoOf('create-index');
  const database = (of: Given['postgres'] = {}): Given => ({
    postgres: {
      missingIndexes: async () => ({ proposals: [GUIDE, SMALL] }),
      invalidIndexes: async () => [],
      sessions: async () => [],
      ...of,
    },
  });
  /** Where creating and dropping indexes has its effect, and is written down. Its names are there, whatever is missing. */
  const server = async (...missing: IndexProposal[]) => {
    const done: string[] = [];
    const there = new Set<string>();
    const postgres: Given['postgres'] = {
      missingIndexes: async () => ({ proposals: missing.filter(({ name }) => !there.has(name)) }),
      presentIndexes: async (indexes) => indexes.filter(({ name }) => there.has(name)),
      createIndex: async ({ name }) => {
        done.push(`create ${name}`);
        there.add(name);
      },
      dropIndex: async ({ name }) => {
        done.push(`drop ${name}`);
        there.delete(name);
      },
    };
    const given = database(postgres);
    const { boundTo } = await fix.preview(context(given));
    return { done, missing, acting: context(given, { approved: boundTo }) };
  };

  test('shows the table, the statement, and what it waits for', async () => {
    expect(await fix.preview(context(database()))).toEqual({
      summary: 'Create idx_invoices_tenant_date without locking writes out',
      changes: [
        {
          what: 'invoices (tenant_id, created_at)',
          before: 'no index on 8,000 rows, 2 MiB',
          after: 'idx_invoices_tenant_date',
        },
      ],
      notes: [GUIDE.ddl, expect.stringMatching(/waits for every transaction .* up to 15 min/)],
      unseen: [],
      boundTo: GUIDE.ddl,
    });
  });

  test('names the old transactions that would hold it up', async () => {
    const sessions = async () => [idle(7, 12), session(8, 0.5), session(9, 60, { own: true })];
    const { notes } = await fix.preview(context(database({ sessions })));
    expect(notes.at(-1)).toMatch(/^1 transaction older than 1 min would hold it up: pid 7 paksa-backend/);
  });

  test('says so when it may not see them', async () => {
    const { unseen } = await fix.preview(
      context(database({ sessions: faulty('forbidden', 'grant pg_monitor') })),
    );
    expect(unseen).toEqual(['whether open transactions would hold it up: grant pg_monitor']);
  });

  test('an approval holds for these statements, and for what is dropped first', async () => {
    const bound = async (of: Given['postgres']) => (await fix.preview(context(database(of)))).boundTo;
    const same = await bound({});
    expect(
      await bound({
        missingIndexes: async () => ({ proposals: [{ ...GUIDE, tableRows: 9000, reason: 'worse' }] }),
      }),
    ).toBe(same);
    expect(await bound({ sessions: async () => [idle(7, 12)] })).toBe(same);
    expect(await bound({ missingIndexes: async () => ({ proposals: [GUIDE, OTHER] }) })).not.toBe(same);
    expect(await bound({ invalidIndexes: async () => [LEFT] })).not.toBe(same);
    expect(await bound({ invalidIndexes: async () => [{ ...LEFT, name: 'unrelated' }] })).toBe(same);
  });

  test('cannot be asked for when none is missing', async () => {
    const none = database({ missingIndexes: async () => ({ proposals: [SMALL] }) });
    await expect(fix.preview(context(none))).rejects.toThrow('there is nothing to do');
  });

  test('creates what is missing, and takes it back', async () => {
    const { done, acting } = await server(GUIDE, OTHER);
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    expect(await fix.run(acting)).toBe('created idx_invoices_tenant_date, idx_customers_tenant');
    expect(await undo.isBack(acting, kept)).toBe(false);
    const left = await undo.startsFrom?.(acting, kept);
    expect(left).toBe('idx_invoices_tenant_date idx_customers_tenant');
    expect(await undo.apply(acting, kept)).toBe('dropped idx_invoices_tenant_date, idx_customers_tenant');
    expect(await undo.isBack(acting, kept)).toBe(true);
    expect(done).toEqual([
      'create idx_invoices_tenant_date',
      'create idx_customers_tenant',
      'drop idx_invoices_tenant_date',
      'drop idx_customers_tenant',
    ]);
  });

  test('creates and takes back what was approved, not what has been missed since', async () => {
    const { done, missing, acting } = await server(GUIDE);
    missing.push(OTHER);
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    expect(await fix.run(acting)).toBe('created idx_invoices_tenant_date');
    expect(await undo.apply(acting, kept)).toBe('dropped idx_invoices_tenant_date');
    expect(done).toEqual(['create idx_invoices_tenant_date', 'drop idx_invoices_tenant_date']);
  });

  test('is not back because nobody misses it any more', async () => {
    const { missing, acting } = await server(GUIDE);
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    missing.splice(0);
    expect(await undo.isBack(acting, kept)).toBe(true);
    await acting.postgres.createIndex(GUIDE, acting.signal);
    expect(await undo.isBack(acting, kept)).toBe(false);
  });

  test('of a build that got half-way it takes back the half', async () => {
    const { done, acting } = await server(GUIDE, OTHER);
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    await acting.postgres.createIndex(GUIDE, acting.signal);
    expect(await undo.apply(acting, kept)).toBe('dropped idx_invoices_tenant_date');
    expect(done).toEqual(['create idx_invoices_tenant_date', 'drop idx_invoices_tenant_date']);
  });

  test.each([
    ['nothing', undefined],
    ['no list', { indexes: 'idx' }],
    ['no schema', { indexes: [{ name: 'idx' }] }],
  ])('takes nothing back from %s', async (_, data) => {
    await expect(async () => undo.apply(context(), data)).rejects.toThrow(/invalid/i);
    await expect(async () => undo.isBack(context(), data)).rejects.toThrow(/invalid/i);
    await expect(async () => undo.startsFrom?.(context(), data)).rejects.toThrow(/invalid/i);
  });
});

describe('drop-unfinished-indexes', () => {
  const fix = fixCalled('drop-unfinished-indexes');
  const invalidIndexes = async () => [LEFT, { ...LEFT, name: 'idx_now', inProgress: true }];

  test('shows the leftovers, not what is being built', async () => {
    expect(await fix.preview(context({ postgres: { invalidIndexes } }))).toMatchObject({
      changes: [{ what: LEFT.name, before: 'unfinished, on invoices', after: 'dropped' }],
      boundTo: LEFT.name,
    });
  });

  test('drops each once', async () => {
    const dropped: string[] = [];
    const dropIndex = async ({ name }: { name: string }) => {
      dropped.push(name);
    };
    expect(await fix.run(context({ postgres: { invalidIndexes, dropIndex } }))).toBe(`dropped ${LEFT.name}`);
    expect(dropped).toEqual([LEFT.name]);
    expect(fix.undo).toMatchObject({ reversible: false });
  });

  test('has nothing to do without any', async () => {
    const none = context({ postgres: { invalidIndexes: async () => [] } });
    await expect(fix.preview(none)).rejects.toThrow('none to drop');
    expect(await fix.run(none)).toBe('none was left');
  });
});

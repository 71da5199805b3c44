/** The fixes of the topic `data-corruption` and its procedure: what they show, do and take back. */
import { describe, expect, test } from 'vitest';
import { dataCorruption } from '../../commands/data-corruption.ts';
import type { ForeignKey, InvoiceTotals } from '../../src/adapters/postgres/port.ts';
import { type Given, PRODUCTION } from './context.ts';
import { minutesAgo, under } from './topic.ts';

const { context, fixCalled, undoOf } = under(dataCorruption);

describe('repair-totals', () => {
  const fix = fixCalled('repair-totals');
  const undo = undoOf('repair-totals');
  const TOTALS: InvoiceTotals = {
    invoices: 8000,
    negative: 3,
    mismatched: 7,
    undecidable: 2,
    sample: [{ id: '17', before: '-5.00', after: '117.00' }],
    negativeAfter: 1,
    negativeRepaired: 1,
  };
  const totals = (of: Partial<InvoiceTotals> = {}): Given => ({
    postgres: { invoiceTotals: async () => ({ ...TOTALS, ...of }) },
  });

  test('shows how many, which for example, and what stays as it is', async () => {
    expect(await fix.preview(context(totals()))).toEqual({
      summary: 'Set total_amount to subtotal + tax_amount in 5 invoices',
      changes: [
        { what: 'Totals that do not add up', before: '5', after: '0' },
        { what: 'Below zero', before: '3', after: '1' },
        { what: 'Undecidable', before: '2', after: '2' },
      ],
      notes: [
        'Such as invoice 17: -5.00 → 117.00.',
        expect.stringContaining('left as it is'),
        '1 invoice stays below zero.',
        expect.stringContaining('paksa_kept'),
      ],
      extent: { rows: 5 },
      boundTo: '5 wrong 2 undecidable 1 below zero 17:-5.00>117.00',
    });
  });

  test('says whom adding up puts below zero', async () => {
    const { changes, notes } = await fix.preview(
      context(totals({ negative: 0, negativeAfter: 0, negativeRepaired: 2 })),
    );
    expect(changes).toContainEqual({ what: 'Below zero', before: '0', after: '2' });
    expect(notes).toContain('2 invoices get below zero by adding up: look at the subtotals first.');
  });

  test('an approval holds for these invoices, however many others come in', async () => {
    const bound = async (of: Partial<InvoiceTotals>) => (await fix.preview(context(totals(of)))).boundTo;
    const same = await bound({});
    expect(await bound({ invoices: 9000 })).toBe(same);
    expect(await bound({ mismatched: 8 })).not.toBe(same);
    expect(await bound({ sample: [{ id: '18', before: '1', after: '2' }] })).not.toBe(same);
  });

  test('cannot be asked for when nothing can be added up', async () => {
    await expect(fix.preview(context(totals({ mismatched: 2 })))).rejects.toThrow('nothing to repair');
  });

  test('repairs once, under the attempt’s name, and takes it back', async () => {
    const done: string[] = [];
    let mismatched = 7;
    const kept = new Set<string>();
    const acting = context({
      postgres: {
        invoiceTotals: async () => ({ ...TOTALS, mismatched }),
        keepsTotals: async (label) => kept.has(label),
        repairTotals: async (label) => {
          done.push(`repair ${label}`);
          kept.add(label);
          mismatched = 2;
          return 5;
        },
        restoreTotals: async (label) => {
          done.push(`restore ${label}`);
          kept.delete(label);
          mismatched = 7;
          return 5;
        },
      },
    });
    const left: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    expect(left).toEqual({ label: 'inc-1-fix-1' });
    expect(await fix.run(acting)).toBe('5 totals added up again');
    const from = await undo.startsFrom?.(acting, left);
    expect(await undo.isBack(acting, left)).toBe(false);
    expect(await undo.startsFrom?.(acting, left)).toBe(from);
    expect(await undo.apply(acting, left)).toBe('5 old totals put back');
    expect(await undo.isBack(acting, left)).toBe(true);
    expect(done).toEqual(['repair inc-1-fix-1', 'restore inc-1-fix-1']);
  });

  test.each([
    ['nothing', undefined],
    ['no label', { invoices: 5 }],
    ['an empty label', { label: '', invoices: 5 }],
  ])('takes nothing back from %s', async (_, data) => {
    await expect(async () => undo.apply(context(), data)).rejects.toThrow(/invalid|small/i);
    await expect(async () => undo.isBack(context(), data)).rejects.toThrow(/invalid|small/i);
  });

  test('has helped once they add up', () =>
    expect(fix.verifiedBy).toEqual(['totals-add-up', 'negative-totals']));
});

describe('validate-foreign-keys', () => {
  const fix = fixCalled('validate-foreign-keys');
  const key = (name: string, of: Partial<ForeignKey> = {}): ForeignKey => ({
    name,
    table: 'invoices',
    references: 'customers',
    validated: false,
    orphans: 0,
    sample: [],
    ...of,
  });
  const UNCOUNTED: ForeignKey = (({ orphans: _, ...rest }) => rest)(key('b'));
  const keys = (...all: ForeignKey[]): Given => ({ postgres: { foreignKeys: async () => all } });

  test('shows which, and leaves out those with lost rows', async () => {
    const all = keys(UNCOUNTED, key('a'), key('c', { orphans: 2 }), key('d', { validated: true }));
    expect(await fix.preview(context(all))).toMatchObject({
      summary: 'Validate 2 foreign keys',
      changes: [
        { what: 'b (invoices → customers)', after: 'validated, if no row is lost' },
        { what: 'a (invoices → customers)', before: 'not validated, no row lost', after: 'validated' },
      ],
      unseen: ['the rows of b (invoices → customers) could not be counted in time'],
      boundTo: 'invoices.a invoices.b',
    });
  });

  test('cannot be asked for when there is none', async () => {
    const lost = keys(key('c', { orphans: 2 }));
    await expect(fix.preview(context(lost))).rejects.toThrow('No foreign key is left');
  });

  test.each([
    [['a'], 'validated a'],
    [[], 'none was left to validate'],
  ])('validates once: %j', async (names, says) => {
    const validateForeignKeys = async () => names;
    expect(await fix.run(context({ postgres: { validateForeignKeys } }))).toBe(says);
    expect(fix.undo).toMatchObject({ reversible: false });
  });
});

/** A server with databases on it, beside a folder of backups. */
const server = (...databases: string[]) => {
  const done: string[] = [];
  const there = new Set(['paksa_db', ...databases]);
  const given: Given = {
    postgres: {
      databases: async () => [...there],
      rowCounts: async () => ({ invoices: 8000, customers: 200 }),
    },
    backup: {
      list: async () => [
        { name: 'monday.dump', madeAt: minutesAgo(540), sizeBytes: 3 * 1024 ** 2 },
        { name: 'sunday.dump', madeAt: minutesAgo(1980), sizeBytes: 3 * 1024 ** 2 },
      ],
      restore: async (backup, into) => {
        done.push(`restore ${backup} into ${into}`);
        there.add(into);
      },
      drop: async (database) => {
        done.push(`drop ${database}`);
        there.delete(database);
      },
    },
  };
  return { done, there, acting: context(given) };
};

describe('restore-beside', () => {
  const fix = fixCalled('restore-beside');
  const undo = undoOf('restore-beside');

  test('shows which backup goes where, and that nothing else is touched', async () => {
    expect(await fix.preview(server().acting)).toEqual({
      summary: 'Restore monday.dump into paksa_db_restored',
      changes: [
        { what: 'paksa_db_restored', before: 'not there', after: 'as of 2026-10-01 03:00:00Z' },
        { what: 'paksa_db', before: 'as it is', after: 'as it is' },
      ],
      notes: [expect.stringContaining('9 h old and has 3 MiB'), expect.any(String)],
      boundTo: 'paksa_db_restored from monday.dump of 2026-10-01T03:00:00.000Z',
    });
  });

  test('cannot be asked for when one is there, or nothing to restore', async () => {
    await expect(fix.preview(server('paksa_db_restored').acting)).rejects.toThrow('drop it first');
    await expect(fix.run(server('paksa_db_restored').acting)).rejects.toThrow('drop it first');
    const empty = context({ postgres: { databases: async () => [] }, backup: { list: async () => [] } });
    await expect(fix.preview(empty)).rejects.toThrow('There is no backup to restore');
  });

  test('restores once, tells what came out of it, and drops it again', async () => {
    const { acting, done } = server();
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    expect(await fix.run(acting)).toBe('restored monday.dump into paksa_db_restored: 8,200 rows in 2 tables');
    expect(await undo.startsFrom?.(acting, kept)).toBe('paksa_db_restored is there');
    expect(await undo.isBack(acting, kept)).toBe(false);
    expect(await undo.apply(acting, kept)).toBe('dropped paksa_db_restored');
    expect(await undo.isBack(acting, kept)).toBe(true);
    expect(await undo.startsFrom?.(acting, kept)).toBe('no paksa_db_restored');
    expect(done).toEqual(['restore monday.dump into paksa_db_restored', 'drop paksa_db_restored']);
  });

  test('has acted once the database is there', async () => {
    const trace = { approved: '', finished: false };
    expect(await fix.hasActed?.(server().acting, trace)).toBe(false);
    expect(await fix.hasActed?.(server('paksa_db_restored').acting, trace)).toBe(true);
  });

  test('what was there before is not its own to drop', async () => {
    const { acting, done } = server('paksa_db_restored');
    const kept = await undo.capture(acting);
    expect(await undo.apply(acting, kept)).toMatch(/stays/);
    expect(await undo.isBack(acting, kept)).toBe(true);
    expect(done).toEqual([]);
  });

  test.each([
    ['nothing', undefined],
    ['no name', { made: true }],
    ['an empty name', { database: '', made: true }],
  ])('drops nothing for %s', async (_, data) => {
    await expect(async () => undo.apply(context(), data)).rejects.toThrow(/invalid|small/i);
  });

  test.each(['restore-beside', 'drop-restored'])('%s needs a database and backups', (id) => {
    const { backups: _, ...without } = PRODUCTION;
    expect(fixCalled(id).unavailable(without)).toMatch(/no folder of backups configured/);
    expect(fixCalled(id).unavailable(PRODUCTION)).toBeUndefined();
  });
});

describe('drop-restored', () => {
  const fix = fixCalled('drop-restored');

  test('shows what would be gone, and drops it once', async () => {
    const { acting, done } = server('paksa_db_restored');
    expect(await fix.preview(acting)).toMatchObject({
      changes: [{ what: 'paksa_db_restored', before: '8,200 rows in 2 tables', after: 'gone' }],
      boundTo: 'paksa_db_restored is there',
    });
    expect(await fix.run(acting)).toBe('dropped paksa_db_restored');
    expect(done).toEqual(['drop paksa_db_restored']);
  });

  test('has acted once it is gone', async () => {
    const trace = { approved: '', finished: true };
    expect(await fix.hasActed?.(server().acting, trace)).toBe(true);
    expect(await fix.hasActed?.(server('paksa_db_restored').acting, trace)).toBe(false);
  });

  test('has nothing to drop when there is none', async () => {
    await expect(fix.preview(server().acting)).rejects.toThrow('There is no database paksa_db_restored');
  });
});

test('restoring goes from looking, over a restore beside, to a person’s decision', () => {
  const steps = dataCorruption.procedures?.['restore-from-backup']?.steps ?? {};
  expect(Object.entries(steps).map(([id, { kind }]) => `${id}: ${kind}`)).toEqual([
    'what-is-wrong: look',
    'backups: look',
    'restore: fix',
    'compare: look',
    'decide: person',
    'integrity: look',
    'indexes: look',
    'clean-up: person',
  ]);
});

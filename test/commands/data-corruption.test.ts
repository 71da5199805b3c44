/** The checks of the topic `data-corruption`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { dataCorruption } from '../../commands/data-corruption.ts';
import type { Backup } from '../../src/adapters/backup/port.ts';
import type { ForeignKey, IndexVerification, InvoiceTotals } from '../../src/adapters/postgres/port.ts';
import { examine } from '../../src/engine/examine.ts';
import { type Given, PRODUCTION } from './context.ts';
import { type Findings, testFindings } from './findings.ts';
import { faulty, healthy, inconclusive, minutesAgo, problem, under, warning } from './topic.ts';

const { look, context } = under(dataCorruption);
const MIB = 1024 ** 2;
const HOUR = 60;

const RIGHT: InvoiceTotals = {
  invoices: 8000,
  negative: 0,
  mismatched: 0,
  undecidable: 0,
  sample: [],
  negativeAfter: 0,
  negativeRepaired: 0,
};
const totals = (of: Partial<InvoiceTotals> = {}): Given => ({
  postgres: { invoiceTotals: async () => ({ ...RIGHT, ...of }) },
});
const SAMPLE = [{ id: '17', before: '-5.00', after: '117.00' }];

const key = (of: Partial<ForeignKey> = {}): ForeignKey => ({
  name: 'invoices_customer_id_fkey',
  table: 'invoices',
  references: 'customers',
  validated: true,
  orphans: 0,
  sample: [],
  ...of,
});
const UNCOUNTED: ForeignKey = (({ orphans: _, ...rest }) => rest)(key({ validated: false }));
const keys = (...all: ForeignKey[]): Given => ({ postgres: { foreignKeys: async () => all } });
const verified = (seen: IndexVerification): Given => ({ postgres: { verifyIndexes: async () => seen } });

const backup = (ageHours: number, of: Partial<Backup> = {}): Backup => ({
  name: 'paksa.dump',
  madeAt: minutesAgo(ageHours * HOUR),
  sizeBytes: 3 * MIB,
  ...of,
});
const backups = (...all: Backup[]): Given => ({ backup: { list: async () => all } });

type Counts = Readonly<Record<string, number>>;
const NOW = { invoices: 8000, customers: 200 };
const beside = (restored?: Counts, now: Counts = NOW): Given => ({
  postgres: {
    databases: async () => ['paksa_db', ...(restored ? ['paksa_db_restored'] : [])],
    rowCounts: async (database) => (database === 'paksa_db' ? now : (restored ?? {})),
  },
});

const restoredWith = (wrong: Partial<InvoiceTotals>, ...keysThere: ForeignKey[]): Given => ({
  postgres: {
    databases: async () => ['paksa_db', 'paksa_db_restored'],
    invoiceTotalsIn: async () => ({ ...RIGHT, ...wrong }),
    foreignKeysIn: async () => keysThere,
  },
});

const FINDINGS: Findings = {
  'negative-totals': [
    ['none', totals(), healthy('none of 8,000 invoices')],
    [
      'some',
      totals({ negative: 3, negativeAfter: 1, mismatched: 2, sample: SAMPLE }),
      {
        ...problem('2 invoices below zero, whose subtotal and tax add up to something else', [
          'repair-totals',
        ]),
        evidence: { 'below zero': 3, 'still, once added up': 1, sample: ['invoice 17: -5.00 → 117.00'] },
      },
    ],
    ['some, by their own figures', totals({ negative: 2, negativeAfter: 2 }), { status: 'healthy' }],
  ],
  'negative-figures': [
    ['none', totals({ negative: 3 }), healthy('none of 8,000 invoices')],
    [
      'some',
      totals({ negative: 2, negativeAfter: 2 }),
      warning(expect.stringMatching(/^2 invoices below zero/)),
    ],
  ],
  'totals-add-up': [
    ['all', totals(), healthy('8,000 invoices, all that can be added up do')],
    [
      'not all',
      totals({ mismatched: 5, undecidable: 2, sample: SAMPLE }),
      problem('3 invoices do not add up, of 8,000', ['repair-totals']),
    ],
    ['one', totals({ mismatched: 1 }), problem('1 invoice does not add up, of 8,000', ['repair-totals'])],
    ['those that can', totals({ mismatched: 2, undecidable: 2 }), { status: 'healthy' }],
  ],
  'totals-complete': [
    ['all', totals(), healthy('in all of 8,000 invoices')],
    [
      'not all',
      totals({ mismatched: 2, undecidable: 2 }),
      warning(expect.stringMatching(/^2 invoices lack/)),
    ],
  ],
  'foreign-keys-validated': [
    ['none', keys(), healthy('there are none')],
    ['all', keys(key()), healthy('1 foreign key, none left unvalidated for nothing')],
    [
      'not all, though they hold',
      keys(key(), key({ name: 'fk', validated: false }), key({ validated: false })),
      warning('fk (invoices → customers) was never validated, though its rows hold (and 1 more)', [
        'validate-foreign-keys',
      ]),
    ],
    [
      'not one whose rows nobody could count in time',
      keys(key(), UNCOUNTED),
      warning(
        'invoices_customer_id_fkey (invoices → customers) was never validated, and its rows could not be counted in time: the validation itself looks through them',
        ['validate-foreign-keys'],
      ),
    ],
    [
      'not those that do not hold, which the lost rows tell',
      keys(key({ validated: false, orphans: 3 })),
      { status: 'healthy' },
    ],
  ],
  orphans: [
    ['no keys', keys(), healthy('there are no foreign keys')],
    ['none', keys(key(), key()), healthy('none by 2 foreign keys')],
    [
      'some',
      keys(key({ orphans: 12, sample: ['4711', '4712'] }), key({ orphans: 1, name: 'fk' })),
      {
        ...problem('12 rows of invoices point at customers that are not there (and 1 foreign key more)', [
          'restore-beside',
        ]),
        evidence: { keys: ['4711', '4712'] },
      },
    ],
    [
      'not counted',
      keys(key(), UNCOUNTED),
      inconclusive(expect.stringMatching(/^counting took too long for .*1 others$/)),
    ],
    ['some, and some not counted', keys(UNCOUNTED, key({ orphans: 1 })), { status: 'problem' }],
  ],
  'indexes-intact': [
    [
      'all',
      verified({ available: true, indexes: 12, broken: [], unseen: 0 }),
      healthy('12 indexes agree with their tables'),
    ],
    [
      'as far as there was time',
      verified({ available: true, indexes: 12, broken: [], unseen: 3 }),
      inconclusive(
        'there was no time for 3 of 15; 12 indexes agree with their tables. Look at the others by bt_index_check when there is little to do',
      ),
    ],
    [
      'one is not',
      verified({
        available: true,
        indexes: 12,
        broken: ['invoices_pkey: item order invariant violated'],
        unseen: 3,
      }),
      problem('invoices_pkey: item order invariant violated: queries by it miss rows', ['restore-beside']),
    ],
    [
      'without time for any',
      verified({ available: true, indexes: 0, broken: [], unseen: 3 }),
      inconclusive(expect.stringMatching(/^there was no time for 3 of 3\. Look/)),
    ],
    [
      'without amcheck',
      verified({ available: false, enable: 'run CREATE EXTENSION amcheck' }),
      inconclusive('only amcheck can tell, and it is not there. To have it: run CREATE EXTENSION amcheck'),
    ],
  ],
  backups: [
    [
      'of last night',
      backups(backup(9), backup(33)),
      healthy('2 backups; the newest is paksa.dump, 3 MiB, 9 h old'),
    ],
    ['late', backups(backup(27)), warning('the newest is 27 h old: paksa.dump')],
    ['none', backups(), warning('there is none in the folder of backups')],
    ['empty', backups(backup(1, { sizeBytes: 0 })), warning('the newest, paksa.dump, is empty')],
  ],
  restored: [
    ['nothing', beside(), healthy('nothing is restored beside paksa_db')],
    ['the same', beside(NOW), healthy('paksa_db_restored has the same number of rows in every table')],
    [
      'other rows, which is why one restores',
      beside({ invoices: 9500, customers: 200, notes: 3 }),
      {
        ...healthy(
          'paksa_db_restored differs from paksa_db in 2 tables: invoices: 9,500 restored, 8,000 now; notes: 3 restored, no table now',
        ),
        evidence: { paksa_db: '8,200 rows in 2 tables', paksa_db_restored: '9,703 rows in 3 tables' },
      },
    ],
    [
      'no rows',
      beside({ invoices: 0, customers: 0 }),
      problem('paksa_db_restored is there, and holds no rows: the restore did not work', ['drop-restored']),
    ],
    ['no rows, of a database without any', beside({ invoices: 0 }, { invoices: 0 }), { status: 'healthy' }],
  ],
  'restored-holds': [
    ['nothing', beside(), healthy('nothing is restored')],
    [
      'all of it',
      restoredWith({}, key()),
      healthy('8,000 invoices of paksa_db_restored add up, and 1 foreign key holds'),
    ],
    [
      'totals that are as wrong as those that it is to replace',
      restoredWith({ mismatched: 5, undecidable: 2 }, key()),
      warning('paksa_db_restored has the fault in it: 3 invoices do not add up; an older backup may not'),
    ],
    [
      'rows that point at nothing',
      restoredWith({}, key({ orphans: 1 })),
      warning(
        'paksa_db_restored has the fault in it: 1 row of invoices points at no row of customers; an older backup may not',
      ),
    ],
    [
      'rows that nobody could count in time',
      restoredWith({}, UNCOUNTED),
      inconclusive(
        'the rows of invoices_customer_id_fkey could not be counted in time: look for those that point at nothing before taking any over',
      ),
    ],
  ],
};

test('every check has its cases', () => {
  expect(Object.keys(FINDINGS)).toEqual(Object.keys(dataCorruption.checks));
});

testFindings(dataCorruption, FINDINGS);

describe('the topic as a whole', () => {
  const examineWith = (given: Given, target = PRODUCTION) =>
    examine(dataCorruption, target, context(given), { redact: (value) => value });

  test('a database or a folder that cannot be looked into is not known to be well', async () => {
    const down = faulty('not-found', 'there is no table invoices');
    const { findings } = await examineWith({
      postgres: { invoiceTotals: down, foreignKeys: down, verifyIndexes: down, databases: down },
      backup: { list: down },
    });
    for (const { status, summary } of findings)
      expect([status, summary]).toEqual(['inconclusive', 'could not look: there is no table invoices']);
  });

  test('without backups configured, nobody asks for them', async () => {
    const { backups: _, ...target } = PRODUCTION;
    const { skipped } = await examineWith(
      { ...totals(), postgres: { invoiceTotals: faulty('failed') } },
      target,
    );
    expect(skipped.map(({ check }) => check)).toEqual(['backups', 'restored', 'restored-holds']);
  });

  test('without a database there is nothing to look at', async () => {
    const { skipped } = await examineWith({}, { environment: 'empty' });
    expect(skipped.map(({ check }) => check)).toEqual(Object.keys(dataCorruption.checks));
  });

  test('the restored database is named as PostgreSQL takes it without quotes', async () => {
    const target = {
      ...PRODUCTION,
      postgres: { host: 'db', port: 5432, user: 'paksa', database: '9-Paksa "Live"' },
    };
    const given = beside();
    await expect(look('restored', given, { target })).resolves.toMatchObject({ status: 'healthy' });
    const there: Given = {
      postgres: { databases: async () => ['_9_paksa__live__restored'], rowCounts: async () => NOW },
    };
    expect((await look('restored', there, { target })).summary).toMatch(
      /^_9_paksa__live__restored has the same/,
    );
  });
});

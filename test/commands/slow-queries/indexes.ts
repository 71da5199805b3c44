/** What indexes come to that are missing, or half built. */
import { expect } from 'vitest';
import type { IndexProposal, InvalidIndex } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import type { Findings } from '../findings.ts';
import { HALF_BUILT, proposal } from '../sample-indexes.ts';
import { healthy, inconclusive, warning } from '../topic.ts';

const missing = (...proposals: IndexProposal[]): Given => ({
  postgres: { missingIndexes: async () => ({ proposals }) },
});
const blind = (...proposals: IndexProposal[]): Given => ({
  postgres: { missingIndexes: async () => ({ proposals, unseen: 'GRANT pg_monitor TO paksa' }) },
});
const invalid = (...all: InvalidIndex[]): Given => ({ postgres: { invalidIndexes: async () => all } });

export const FINDINGS: Findings = {
  indexes: [
    ['none', missing(), healthy('none')],
    [
      'the guide’s',
      missing(proposal()),
      {
        ...warning('invoices (tenant_id, created_at) has none: the guide’s own index is missing', [
          'create-index',
        ]),
        evidence: {
          missing: ['invoices (tenant_id, created_at), 8,000 rows, 2 MiB: the guide’s own index is missing'],
        },
      },
    ],
    [
      'several',
      missing(proposal({ basis: 'plan', schema: 'sales' }), proposal()),
      warning(expect.stringMatching(/^sales\.invoices .*\(and 1 more\)$/), ['create-index']),
    ],
    [
      'of tables that are too small, for what speaks for them',
      missing(proposal({ tableRows: 900 }), proposal({ basis: 'foreign-key', columns: ['customer_id'] })),
      healthy('none that matters yet: 2 candidates'),
    ],
    [
      'under a foreign key of a large table',
      missing(proposal({ basis: 'foreign-key', tableRows: 100_000 })),
      { status: 'problem' },
    ],
    [
      'where nobody may look at the plans, and what is known does not matter',
      blind(proposal({ tableRows: 900 })),
      inconclusive('could not look at the plans: GRANT pg_monitor TO paksa'),
    ],
    [
      'where nobody may look at the plans, but one is known',
      blind(proposal()),
      { status: 'problem', evidence: { 'not looked at': 'GRANT pg_monitor TO paksa' } },
    ],
  ],
  'found-indexes': [
    [
      'built, though the plans are not to be seen',
      blind(proposal({ tableRows: 900 })),
      healthy('none is missing any more'),
    ],
    ['not built', missing(proposal()), warning('invoices (tenant_id, created_at) has none still')],
  ],
  'unfinished-indexes': [
    ['none', invalid(), healthy('none')],
    ['one at work', invalid({ ...HALF_BUILT, inProgress: true }), healthy('none')],
    [
      'a leftover',
      invalid(HALF_BUILT, { ...HALF_BUILT, schema: 'sales' }),
      warning('idx_half, sales.idx_half: each slows writes down, and helps no query', [
        'drop-unfinished-indexes',
      ]),
    ],
  ],
};

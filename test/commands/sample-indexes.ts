/** Indexes of a database that are missing or half built, as the topics that look at them are shown. */
import type { IndexProposal, InvalidIndex } from '../../src/adapters/postgres/port.ts';
import { MIB } from './sample-system.ts';

/** The guide's own, unless told otherwise. */
export const proposal = (of: Partial<IndexProposal> = {}): IndexProposal => {
  const { name = 'idx_invoices_tenant_date' } = of;
  return {
    name,
    schema: 'public',
    table: 'invoices',
    columns: ['tenant_id', 'created_at'],
    ddl: `CREATE INDEX CONCURRENTLY "${name}" ON "public"."invoices" ("tenant_id", "created_at")`,
    basis: 'guide',
    reason: 'the guide’s own index is missing',
    tableRows: 8000,
    tableBytes: 2 * MIB,
    ...of,
  };
};

export const HALF_BUILT: InvalidIndex = {
  schema: 'public',
  name: 'idx_half',
  table: 'invoices',
  inProgress: false,
};

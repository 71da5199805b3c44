/** `idx_<table>_<columns>`: the same need has the same name, within PostgreSQL's 63 bytes. */
import { createHash } from 'node:crypto';

const MOST_BYTES = 63;

/** The guide's own index keeps the guide's own name. */
export const GUIDE = {
  table: 'invoices',
  columns: ['tenant_id', 'created_at'],
  name: 'idx_invoices_tenant_date',
} as const;

export const isGuide = (table: string, columns: readonly string[]): boolean =>
  table === GUIDE.table && columns.join('\0') === GUIDE.columns.join('\0');

export function indexName(table: string, columns: readonly string[]): string {
  if (isGuide(table, columns)) return GUIDE.name;
  const name = ['idx', table, ...columns].join('_');
  return Buffer.byteLength(name) <= MOST_BYTES ? name : distinctName(table, columns);
}

/** For a name that is too long, or taken by something else. */
export function distinctName(table: string, columns: readonly string[]): string {
  const digest = createHash('sha256')
    .update([table, ...columns].join('\0'))
    .digest('hex')
    .slice(0, 8);
  const room = MOST_BYTES - digest.length - 1;
  // A character is a byte at the least.
  let kept = ['idx', table, ...columns].join('_').slice(0, room);
  while (Buffer.byteLength(kept) > room) kept = kept.slice(0, -1);
  return `${kept.toWellFormed().replace(/\ufffd$/, '')}_${digest}`;
}

/**
 * Guide: Data Issues › Data Corruption.
 *
 * The guide's `UPDATE … WHERE total_amount != subtotal + tax_amount` passes over nulls, and keeps nothing of what was there;
 * here a missing total counts as wrong, and the old figures are kept for undo. Its list of foreign keys does not say whether
 * their rows hold: here the rows that point at nothing are counted. “Restore from backup” is the procedure below: into a
 * second database, beside the first.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './data-corruption/checks.ts';
import { fixes } from './data-corruption/fixes.ts';
import { restoreFromBackup } from './data-corruption/procedure.ts';
import { backups, restored, restoredHolds } from './parts/restore.ts';

export const dataCorruption = defineRunbook({
  topic: 'data-corruption',
  title: 'Data corruption',
  symptoms: ['inconsistent data', 'foreign key violations'],
  checks: { ...checks, backups, restored, 'restored-holds': restoredHolds },
  fixes,
  procedures: { 'restore-from-backup': restoreFromBackup },
  advice: [
    {
      text: 'Have the database refuse wrong totals: a generated column, or CHECK (total_amount = subtotal + tax_amount).',
      link: 'https://www.postgresql.org/docs/current/ddl-constraints.html',
    },
    {
      text: 'A broken index is rebuilt with REINDEX INDEX CONCURRENTLY; find out first whether the disk or a new libc broke it.',
      link: 'https://www.postgresql.org/docs/current/sql-reindex.html',
    },
  ],
});

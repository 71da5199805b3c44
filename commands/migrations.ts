/**
 * Guide: Data Issues › Migration Failures.
 *
 * The guide's `alembic show head` fails when there are several heads, which is what it is asked to find; heads are listed
 * instead. Its `merge heads` writes a file into the container, which the next image does not have: the preview says so. Its
 * `downgrade -1` counts from wherever the database is; the preview shows the SQL of exactly that step and the locks it takes.
 * A database that stands on a revision which the code does not know makes Alembic itself fail: that is a finding here. The
 * guide's manual fixes in `psql` are the procedure `manual-fix`.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './migrations/checks.ts';
import { fixes } from './migrations/fixes.ts';
import { manualFix } from './migrations/manual-fix.ts';

export const migrations = defineRunbook({
  topic: 'migrations',
  title: 'Migration failures',
  symptoms: ['Alembic migration errors', 'schema mismatches'],
  checks,
  fixes,
  procedures: { 'manual-fix': manualFix },
});

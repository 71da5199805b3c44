/** The reads of whole tables in the plans of the costliest statements: the evidence for an index that is not there. */
import { AdapterError } from '../../errors.ts';
import type { Postgres } from './connect.ts';
import { codeOf } from './errors.ts';
import { serverVersion } from './invalid-indexes.ts';
import { forbidden, requireStatistics } from './permission.ts';
import { explain, type Scan } from './plans.ts';
import type { Query } from './query.ts';
import { findStatements, hidesStatements, statementsOf } from './statements.ts';

const OPERATION = 'plan the costliest statements';
const MOST = 50;
const LONGEST = 10_000;
/** A statement that somebody tried once or twice is no load. */
const LEAST_CALLS = 3;
const BUDGET_MS = 4_000;

/** Before, there is no way to have a statement's general plan (plan_cache_mode). */
const GENERIC_PLANS_SINCE = 120_000;

export interface CostlyScan extends Scan {
  readonly query: string;
  readonly calls: number;
  readonly meanMs: number;
}

export interface Evidence {
  readonly scans: readonly CostlyScan[];
  /** Why it could not look, where nothing was seen for this. */
  readonly blind?: AdapterError;
}

interface Row {
  readonly query: string;
  readonly calls: number;
  readonly mean: number;
}

export async function readCostlyScans(db: Postgres, query: Query): Promise<Evidence> {
  if ((await serverVersion(query)) < GENERIC_PLANS_SINCE) return { scans: [] };
  const source = await findStatements(query);
  if (!source.available) return { scans: [] };
  try {
    requireStatistics(await hidesStatements(query, source.schema), OPERATION, db.where());
    await requireHarmless(db, query);
  } catch (blind) {
    if (blind instanceof AdapterError) return { scans: [], blind };
    throw blind;
  }
  const statements = await query<Row>(
    `SELECT s.query, s.calls::float8, s.${source.mean} AS mean FROM ${statementsOf(source.schema)}
        AND s.calls >= ${LEAST_CALLS} AND length(s.query) <= ${LONGEST}
        AND s.query ~* '^[\\s(]*(select|with|update|delete|insert)\\y'
      ORDER BY s.${source.total} DESC, s.queryid LIMIT ${MOST}`,
  );
  return planAll(db, query, statements);
}

/**
 * The planner runs functions to know what they give. As a superuser, Paksa would lend its rights to whoever wrote one and a
 * statement that names it.
 */
async function requireHarmless(db: Postgres, query: Query): Promise<void> {
  const [row] = await query<{ risky: boolean }>(`
    SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
       AND EXISTS (SELECT FROM pg_proc f JOIN pg_roles o ON o.oid = f.proowner
                    WHERE f.provolatile IN ('i', 's') AND NOT o.rolsuper) AS risky`);
  if (row?.risky !== false)
    throw forbidden(
      OPERATION,
      db.where(),
      "it is a superuser, and planning would run other roles' functions with its rights",
      (role) => `Let Paksa log in as a role with pg_monitor and SELECT instead of ${role}`,
    );
}

async function planAll(db: Postgres, query: Query, statements: readonly Row[]): Promise<Evidence> {
  const until = performance.now() + BUDGET_MS;
  // What was prepared outlives the transaction, and a failure.
  await query('DEALLOCATE ALL');
  await query('SET LOCAL plan_cache_mode = force_generic_plan');
  // As the application finds its tables, and as any role may see its rows: nothing is read.
  await query('SET LOCAL search_path TO DEFAULT');
  await query('SET LOCAL row_security = on');
  const scans: CostlyScan[] = [];
  let planned = 0;
  let denied: string | undefined;
  for (const [index, { query: text, calls, mean }] of statements.entries()) {
    if (performance.now() > until) break;
    try {
      const found = await explain(query, text, `paksa_${index}`);
      planned += 1;
      scans.push(...found.map((scan) => ({ ...scan, query: text, calls, meanMs: mean })));
    } catch (error) {
      const code = codeOf(error);
      // Not every statement can be prepared from its normalised text. Anything but SQL's own errors ends the look.
      if (!/^[0-9A-Z]{5}$/.test(code) || /^(08|57P)/.test(code)) throw error;
      if (code === '42501') denied ??= text;
    }
  }
  await query('DEALLOCATE ALL');
  await query('SET LOCAL search_path = pg_catalog');
  await query('SET LOCAL row_security = off');
  if (planned > 0 || denied === undefined) return { scans };
  const blind = forbidden(
    OPERATION,
    db.where(),
    'it may not read the tables',
    (role) => `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
  );
  return { scans, blind };
}

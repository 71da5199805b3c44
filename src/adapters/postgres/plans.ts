/**
 * How PostgreSQL would carry out a statement of pg_stat_statements: prepared, and its general plan explained with nulls
 * for parameters. Nothing is run. In a transaction that cannot write.
 */
import { z } from 'zod';
import type { Query } from './query.ts';
import { inSavepoint } from './query.ts';

const node = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  Alias: z.string().optional(),
  Filter: z.string().optional(),
  'Sort Key': z.array(z.string()).optional(),
  'Plan Rows': z.number(),
  'Total Cost': z.number(),
  'Workers Planned': z.number().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});
type PlanNode = z.infer<typeof node>;

const explained = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: node })).min(1) })).min(1);

/** A plan's reading of a whole table, for rows that it then picks out. */
export interface Scan {
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  readonly filter: string;
  readonly cost: number;
  /** Rows that the planner expects to be left. */
  readonly rows: number;
  /** What the rows are sorted by right afterwards. */
  readonly sortKey?: string;
  /** Whether only the first ones are wanted of what is sorted. */
  readonly limited: boolean;
}

/** Leaves it prepared. @throws the server's error, when it does not prepare or may not be explained */
export async function explain(query: Query, statement: string, name: string): Promise<readonly Scan[]> {
  return inSavepoint(query, async () => {
    await query(`PREPARE ${name} AS ${preparable(statement)}`);
    const [prepared] = await query<{ parameters: number }>(
      'SELECT coalesce(cardinality(parameter_types), 0) AS parameters FROM pg_prepared_statements WHERE name = $1',
      [name],
    );
    const nulls = Array.from({ length: prepared?.parameters ?? 0 }, () => 'NULL').join(', ');
    const rows = await query(
      `EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE ${name}${nulls === '' ? '' : `(${nulls})`}`,
    );
    const [answer] = explained.parse(rows);
    return (answer?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) =>
      scansOf(Plan, { limited: false, workers: 0 }),
    );
  });
}

/** `interval '1 day'` is kept as `interval $1`, which PostgreSQL itself does not understand. */
const preparable = (statement: string): string =>
  statement.replace(
    /\b(interval|date|timestamptz|time(?:stamp)?(?:\s+with(?:out)?\s+time\s+zone)?)\s+(\$\d+)/gi,
    'CAST($2 AS $1)',
  );

interface Above {
  readonly sortKey?: string;
  readonly limited: boolean;
  readonly workers: number;
}

function scansOf(plan: PlanNode, above: Above): Scan[] {
  const { Schema: schema, 'Relation Name': table, Alias: alias, Filter: filter } = plan;
  if (plan['Node Type'] === 'Seq Scan' && schema && table && alias && filter)
    return [
      {
        schema,
        table,
        alias,
        filter,
        cost: plan['Total Cost'],
        // Of a parallel plan, what each process is expected to find.
        rows: plan['Plan Rows'] * (above.workers + 1),
        ...(above.sortKey === undefined ? {} : { sortKey: above.sortKey }),
        limited: above.limited && above.sortKey !== undefined,
      },
    ];
  return (plan.Plans ?? []).flatMap((child) => scansOf(child, below(plan, above)));
}

/** What a node's child is used for. Only a sort, a limit, and the gathering of a parallel plan leave rows as they are. */
function below(plan: PlanNode, above: Above): Above {
  const workers = plan['Workers Planned'] ?? above.workers;
  switch (plan['Node Type']) {
    case 'Limit':
      return { limited: true, workers };
    case 'Sort': {
      const [sortKey] = plan['Sort Key'] ?? [];
      return { ...(sortKey === undefined ? {} : { sortKey }), limited: above.limited, workers };
    }
    case 'Gather':
    case 'Gather Merge':
      return { ...above, workers };
    default:
      return { limited: false, workers };
  }
}

/** Rows whose foreign key points at nothing: each constraint counted by an anti-join, as long as time allows. */
import pg from 'pg';
import { codeOf } from './errors.ts';
import { inSavepoint, type Query } from './query.ts';

const EACH_MS = 3_000;
const SAMPLE = 5;

/** A name, quoted, and how it is compared with the column that it references. */
interface Pair {
  readonly referencing: string;
  readonly referenced: string;
  /** Such as `OPERATOR("pg_catalog".=)`. */
  readonly equals: string;
}

export interface Constraint {
  readonly oid: number;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly referenced_schema: string;
  readonly referenced_table: string;
  readonly validated: boolean;
  /** MATCH FULL: a key that is null in part is wrong, too. */
  readonly full: boolean;
  /** Without `ONLY`, which a partitioned table takes for none of its rows. */
  readonly partitioned: boolean;
  readonly referenced_partitioned: boolean;
  /** Over a period (PostgreSQL 18), which equality does not judge. */
  readonly temporal: boolean;
  readonly pairs: readonly { referencing: string; referenced: string; schema: string; operator: string }[];
  /** The referencing table's primary key, else the referencing columns. */
  readonly key: readonly string[];
}

/** What older releases do not have yet is asked for by name: conparentid (11), conperiod and conenforced (18). */
const CONSTRAINTS = `
  SELECT f.oid, f.conname AS name, n.nspname AS schema, c.relname AS "table",
         rn.nspname AS referenced_schema, r.relname AS referenced_table,
         f.convalidated AS validated, f.confmatchtype = 'f' AS full,
         c.relkind = 'p' AS partitioned, r.relkind = 'p' AS referenced_partitioned,
         coalesce((to_jsonb(f)->>'conperiod')::bool, false) AS temporal,
         (SELECT json_agg(json_build_object('referencing', a.attname, 'referenced', ra.attname,
                                            'schema', opn.nspname, 'operator', op.oprname) ORDER BY k.position)
            FROM unnest(f.conkey, f.confkey, f.conpfeqop) WITH ORDINALITY k(attnum, referenced, operator, position)
            JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
            JOIN pg_attribute ra ON ra.attrelid = f.confrelid AND ra.attnum = k.referenced
            JOIN pg_operator op ON op.oid = k.operator
            JOIN pg_namespace opn ON opn.oid = op.oprnamespace) AS pairs,
         coalesce(
           (SELECT json_agg(a.attname ORDER BY k.position)
              FROM pg_index x, unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, position), pg_attribute a
             WHERE x.indrelid = f.conrelid AND x.indisprimary
               AND a.attrelid = f.conrelid AND a.attnum = k.attnum),
           (SELECT json_agg(a.attname ORDER BY k.position)
              FROM unnest(f.conkey) WITH ORDINALITY k(attnum, position), pg_attribute a
             WHERE a.attrelid = f.conrelid AND a.attnum = k.attnum)) AS key
    FROM pg_constraint f
    JOIN pg_class c ON c.oid = f.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class r ON r.oid = f.confrelid
    JOIN pg_namespace rn ON rn.oid = r.relnamespace
   WHERE f.contype = 'f' AND coalesce((to_jsonb(f)->>'conparentid')::oid, 0) = 0
     AND coalesce((to_jsonb(f)->>'conenforced')::bool, true)
   ORDER BY f.convalidated, c.reltuples, schema, "table", name
   LIMIT 1000`;

/** Those that PostgreSQL has not vouched for first, then the smallest tables. */
export const findConstraints = (query: Query): Promise<readonly Constraint[]> =>
  query<Constraint>(CONSTRAINTS);

export interface Orphans {
  readonly orphans?: number;
  readonly sample: readonly string[];
}

/** Without a count when it took too long, or somebody has a table locked. In a transaction. */
export async function countOrphans(query: Query, constraint: Constraint, most = EACH_MS): Promise<Orphans> {
  if (constraint.temporal || most <= 0) return { sample: [] };
  try {
    return await inSavepoint(query, async () => {
      await query(`SET LOCAL statement_timeout = ${Math.ceil(Math.min(most, EACH_MS))}`);
      const [row] = await query<{ orphans: number }>(
        `SELECT count(*)::float8 AS orphans FROM ${orphansOf(constraint)}`,
      );
      const orphans = row?.orphans ?? 0;
      return { orphans, sample: orphans === 0 ? [] : await sampleOf(query, constraint) };
    });
  } catch (error) {
    if (!['57014', '55P03'].includes(codeOf(error))) throw error;
    return { sample: [] };
  }
}

/** Keys tell which rows to look at; one that could be a person's name or address is not shown. */
async function sampleOf(query: Query, constraint: Constraint): Promise<readonly string[]> {
  const key = constraint.key.map((column) => `c.${pg.escapeIdentifier(column)}::text`).join(`, '/', `);
  const rows = await query<{ key: string }>(
    `SELECT concat(${key}) AS key FROM ${orphansOf(constraint)} LIMIT ${SAMPLE}`,
  );
  return rows.map(({ key: text }) => text).filter((text) => /^[\w:./-]{1,80}$/.test(text));
}

function orphansOf(constraint: Constraint): string {
  const pairs: readonly Pair[] = constraint.pairs.map(({ referencing, referenced, schema, operator }) => ({
    referencing: `c.${pg.escapeIdentifier(referencing)}`,
    referenced: `p.${pg.escapeIdentifier(referenced)}`,
    equals: `OPERATOR(${pg.escapeIdentifier(schema)}.${operator})`,
  }));
  const from = (schema: string, table: string, partitioned: boolean) =>
    `${partitioned ? '' : 'ONLY '}${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
  const child = from(constraint.schema, constraint.table, constraint.partitioned);
  const parent = from(
    constraint.referenced_schema,
    constraint.referenced_table,
    constraint.referenced_partitioned,
  );
  const whole = pairs.map(({ referencing }) => `${referencing} IS NOT NULL`).join(' AND ');
  const some = pairs.map(({ referencing }) => `${referencing} IS NOT NULL`).join(' OR ');
  const same = pairs
    .map(({ referencing, referenced, equals }) => `${referenced} ${equals} ${referencing}`)
    .join(' AND ');
  const missing = `(${whole} AND NOT EXISTS (SELECT FROM ${parent} p WHERE ${same}))`;
  const partial = constraint.full ? ` OR ((${some}) AND NOT (${whole}))` : '';
  return `${child} c WHERE ${missing}${partial}`;
}

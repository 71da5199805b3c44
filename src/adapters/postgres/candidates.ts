/** The tables that are large enough for an index to matter, with what the catalog knows of their columns and indexes. */
import { z } from 'zod';
import { beingBuilt, serverVersion } from './invalid-indexes.ts';
import type { Query } from './query.ts';
import { ROWS, sizeOf, USERS_SCHEMA } from './sizes.ts';

const MOST = 300;

/** Below, reading all of it is as fast. */
const LEAST_ROWS = 1_000;
const LEAST_PAGES = 100;

/** A small table that is read whole this often all the same. */
const OFTEN = 10_000;

/** A wider value may not fit into an index at all. */
const WIDEST_BYTES = 500;

const column = z.object({
  name: z.string(),
  position: z.number(),
  type: z.string(),
  /** Whether it has an order that a B-tree can keep. */
  sortable: z.boolean(),
  /** As in pg_stats: below zero, a share of the rows. */
  distinct: z.number().nullable(),
  width: z.number().nullable(),
});

const row = z.object({
  schema: z.string(),
  table: z.string(),
  rows: z.number(),
  bytes: z.number(),
  large: z.boolean(),
  columns: z.array(column),
  /** Column names of each index without a condition, in order; null for an expression. */
  indexes: z.array(z.array(z.string().nullable())).nullable(),
  foreign_keys: z
    .array(z.object({ name: z.string(), references: z.string(), columns: z.array(z.string()) }))
    .nullable(),
});

export type Column = z.infer<typeof column>;

export interface Candidate {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** Not just read often. */
  readonly large: boolean;
  readonly columns: readonly Column[];
  readonly indexes: readonly (readonly (string | null)[])[];
  readonly foreignKeys: readonly {
    readonly name: string;
    readonly references: string;
    readonly columns: readonly string[];
  }[];
}

/** Arrays, enums and ranges have an order as a kind; `varchar` has that of `text`, whose bytes it shares. */
const SORTABLE = `
  EXISTS (SELECT FROM pg_opclass o JOIN pg_am am ON am.oid = o.opcmethod
           WHERE am.amname = 'btree' AND o.opcdefault
             AND (o.opcintype IN (t.oid, t.typbasetype)
               OR (t.typtype = 'e' AND o.opcintype = 'anyenum'::regtype)
               OR EXISTS (SELECT FROM pg_cast k WHERE k.castsource = t.oid AND k.casttarget = o.opcintype
                             AND k.castmethod = 'b' AND k.castcontext = 'i')))`;

/** The columns of an index that are sought by, not those that it merely includes (indnkeyatts, PostgreSQL 11). */
const INDEXES = (version: number): string => `
  SELECT json_agg(
           (SELECT json_agg(a.attname ORDER BY k.position)
              FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, position)
              LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
             WHERE k.position <= coalesce((to_jsonb(x)->>'indnkeyatts')::int, x.indnatts)))
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
   WHERE x.indrelid = t.oid AND am.amname = 'btree' AND x.indpred IS NULL
     AND (x.indisvalid OR ${beingBuilt(version)})`;

const CANDIDATES = (version: number): string => `
  SELECT t.schema, t."table", t.rows, t.bytes, t.large,
         (SELECT json_agg(json_build_object('name', a.attname, 'position', a.attnum,
                   'type', y.typname, 'sortable', y.sortable, 'distinct', p.n_distinct, 'width', p.avg_width)
                   ORDER BY a.attnum)
            FROM pg_attribute a
            JOIN (SELECT t.oid, t.typname, ${SORTABLE} AS sortable FROM pg_type t) y ON y.oid = a.atttypid
            LEFT JOIN pg_stats p ON p.schemaname = t.schema AND p.tablename = t."table"
                                AND p.attname = a.attname AND NOT p.inherited
           WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
         (${INDEXES(version)}) AS indexes,
         (SELECT json_agg(json_build_object('name', f.conname, 'references', r.relname,
                   'columns', (SELECT json_agg(a.attname ORDER BY k.position)
                                 FROM unnest(f.conkey) WITH ORDINALITY k(attnum, position)
                                 JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum))
                   ORDER BY f.conname)
            FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
           WHERE f.contype = 'f' AND f.conrelid = t.oid) AS foreign_keys
    FROM (SELECT sized.*, rows > ${LEAST_ROWS} AND bytes > ${LEAST_PAGES} * 8192 AS large
            FROM (SELECT c.oid, n.nspname AS schema, c.relname AS "table", ${ROWS} AS rows,
                         ${sizeOf('pg_relation_size')} AS bytes,
                         coalesce(s.seq_scan, 0) > ${OFTEN} AND s.seq_scan > coalesce(s.idx_scan, 0) AS often
                    FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
                   WHERE c.relkind = 'r' AND ${USERS_SCHEMA}) sized
           WHERE rows > ${LEAST_ROWS} AND (often OR bytes > ${LEAST_PAGES} * 8192)
           ORDER BY bytes DESC LIMIT ${MOST}) t`;

export async function findCandidates(query: Query): Promise<readonly Candidate[]> {
  const found = await query(CANDIDATES(await serverVersion(query)));
  return z
    .array(row)
    .parse(found)
    .map(({ foreign_keys, indexes, ...rest }) => ({
      ...rest,
      indexes: indexes ?? [],
      foreignKeys: foreign_keys ?? [],
    }));
}

/** What is sought by: columns that are compared by equality, in any order, and one that is compared or sorted after them. */
export interface Sought {
  readonly equal: readonly string[];
  readonly range?: string;
}

/** Whether an index over these columns finds it. */
export function serves(columns: readonly (string | null)[], { equal, range }: Sought): boolean {
  const leading = new Set(columns.slice(0, equal.length));
  const leads = leading.size === equal.length && equal.every((name) => leading.has(name));
  return leads && (range === undefined || columns[equal.length] === range);
}

export const isServed = ({ indexes }: Candidate, sought: Sought): boolean =>
  indexes.some((columns) => serves(columns, sought));

/** Whether an index can hold it. */
export const canBeIndexed = ({ sortable, width }: Column): boolean =>
  sortable && (width ?? 0) <= WIDEST_BYTES;

/**
 * The indexes that are missing, each for a reason: a plan that reads a whole table to pick a few rows, a foreign key that
 * makes deleting do the same, and the guide's own index. The same need is named once.
 */
import { indexDdl } from './build-index.ts';
import { type Candidate, canBeIndexed, findCandidates, isServed, type Sought, serves } from './candidates.ts';
import { readFilter, readSortKey } from './conditions.ts';
import type { Postgres } from './connect.ts';
import { type CostlyScan, readCostlyScans } from './costly-statements.ts';
import { distinctName, GUIDE, indexName } from './index-name.ts';
import { tidyQuery } from './literals.ts';
import type { IndexProposal, MissingIndexes } from './port.ts';
import type { Query } from './query.ts';

const MOST = 500;
const MOST_COLUMNS = 3;
/** An index is worth its while when it leaves at most this share of the rows. */
const FEW = 0.1;
const QUERY_LENGTH = 120;

interface Need {
  readonly candidate: Candidate;
  readonly sought: Sought;
  readonly basis: IndexProposal['basis'];
  readonly reason: string;
}

export const proposeIndexes = (db: Postgres, signal: AbortSignal): Promise<MissingIndexes> =>
  db.read({ operation: 'look for missing indexes', signal }, async (query) => {
    const candidates = await findCandidates(query);
    const { scans, blind } = await readCostlyScans(db, query);
    const needs = once([
      ...scans.flatMap((scan) => needOfScan(scan, candidates)),
      ...candidates.flatMap(needOfGuide),
      ...candidates.flatMap(needsOfForeignKeys),
    ]).slice(0, MOST);
    const taken = await namesTaken(query, needs);
    return {
      proposals: needs.map((need) => propose(need, taken)),
      ...(blind ? { unseen: blind.message } : {}),
    };
  });

function needOfScan(scan: CostlyScan, candidates: readonly Candidate[]): Need[] {
  const candidate = candidates.find(({ schema, table }) => schema === scan.schema && table === scan.table);
  if (!candidate?.large) return [];
  const column = (name: string) => candidate.columns.find((known) => known.name === name);
  const usable = (names: readonly string[]) =>
    names.flatMap((name) => column(name) ?? []).filter(canBeIndexed);
  const sought = readFilter(scan.filter, scan.alias, (name) => column(name)?.type);
  const equal = usable(sought.equal)
    .toSorted((a, b) => distinctRows(b, candidate) - distinctRows(a, candidate))
    .slice(0, MOST_COLUMNS)
    .toSorted((a, b) => a.position - b.position)
    .map(({ name }) => name);
  const sorted = scan.sortKey === undefined ? undefined : readSortKey(scan.sortKey, scan.alias);
  const [range] = usable([...sought.range, ...(sorted === undefined ? [] : [sorted])])
    .map(({ name }) => name)
    .filter((name) => !equal.includes(name));
  const wanted: Sought = range === undefined ? { equal } : { equal, range };
  // In the order of the index the first rows come first, however many there are.
  const saves = scan.rows <= candidate.rows * FEW || (scan.limited && equal.length > 0 && range === sorted);
  if (columnsOf(wanted).length === 0 || !saves || isServed(candidate, wanted)) return [];
  return [{ candidate, sought: wanted, basis: 'plan', reason: reasonOf(scan, candidate) }];
}

const distinctRows = ({ distinct }: Candidate['columns'][number], { rows }: Candidate): number =>
  distinct === null ? 0 : distinct < 0 ? -distinct * rows : distinct;

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

const reasonOf = (scan: CostlyScan, { rows, table }: Candidate): string =>
  `reads all ${number(rows)} rows of ${table} (plan cost ${number(scan.cost)}), ${number(scan.calls)} times at ${scan.meanMs.toFixed(1)} ms: ${tidyQuery(scan.query, QUERY_LENGTH)}`;

const needsOfForeignKeys = (candidate: Candidate): Need[] =>
  candidate.large
    ? candidate.foreignKeys
        .filter(({ columns }) => !isServed(candidate, { equal: columns }))
        .map(({ name, references, columns }) => ({
          candidate,
          sought: { equal: columns },
          basis: 'foreign-key' as const,
          reason: `deleting from ${references}, or changing its key, reads all ${number(candidate.rows)} rows of ${candidate.table} (foreign key ${name})`,
        }))
    : [];

function needOfGuide(candidate: Candidate): Need[] {
  const { table, columns } = candidate;
  const known = GUIDE.columns.every((name) => columns.some((column) => column.name === name));
  const [tenant, date] = GUIDE.columns;
  const sought = { equal: [tenant], range: date };
  if (table !== GUIDE.table || !known || isServed(candidate, sought)) return [];
  const reason = `the guide's own index is missing, and ${table} has ${number(candidate.rows)} rows`;
  return [{ candidate, sought, basis: 'guide', reason }];
}

const columnsOf = ({ equal, range }: Sought): readonly string[] =>
  range === undefined ? equal : [...equal, range];

/** Where one index serves two needs of a table, it is proposed once, in the first one's place. */
function once(needs: readonly Need[]): Need[] {
  const kept: Need[] = [];
  for (const need of needs) {
    const same = kept.filter((other) => other.candidate === need.candidate);
    if (same.some((other) => serves(columnsOf(other.sought), need.sought))) continue;
    const narrower = same.find((other) => serves(columnsOf(need.sought), other.sought));
    if (narrower) {
      // Better founded is what somebody asked for than what a foreign key might need.
      const founded = narrower.basis === 'foreign-key' ? need : narrower;
      kept[kept.indexOf(narrower)] = { ...founded, sought: need.sought };
    } else kept.push(need);
  }
  return kept;
}

const wantedName = ({ candidate, sought }: Need): string => indexName(candidate.table, columnsOf(sought));

const placeOf = (schema: string, name: string): string => JSON.stringify([schema, name]);

/** Of the names that the needs would have, those that something else has. */
async function namesTaken(query: Query, needs: readonly Need[]): Promise<ReadonlySet<string>> {
  // An invalid index of that name on this table is a leftover, which goes when this one is built.
  const taken = await query<{ schema: string; name: string }>(
    `SELECT w.schema, w.name FROM unnest($1::text[], $2::text[], $3::text[]) w(schema, name, "table")
       JOIN pg_namespace n ON n.nspname = w.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
      WHERE NOT EXISTS (SELECT FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
                         WHERE x.indexrelid = c.oid AND NOT x.indisvalid AND t.relname = w."table")`,
    [
      needs.map(({ candidate }) => candidate.schema),
      needs.map(wantedName),
      needs.map(({ candidate }) => candidate.table),
    ],
  );
  return new Set(taken.map(({ schema, name }) => placeOf(schema, name)));
}

function propose(need: Need, taken: ReadonlySet<string>): IndexProposal {
  const { candidate, sought, basis, reason } = need;
  const { schema, table, rows, bytes } = candidate;
  const columns = columnsOf(sought);
  const wanted = wantedName(need);
  const name = taken.has(placeOf(schema, wanted)) ? distinctName(table, columns) : wanted;
  const named = { name, schema, table, columns, basis, reason, tableRows: rows, tableBytes: bytes };
  return { ...named, ddl: indexDdl(named) };
}

/** Statements on a stack's database by which faults are brought about, as its superuser. */
import pg from 'pg';
import type { Promised } from '../fault.ts';

interface Stack {
  readonly databaseUrl: string;
}

/** Runs statements one after the other, each in a transaction of its own. */
export async function sql({ databaseUrl }: Stack, ...statements: readonly string[]): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

export async function rows<Row extends pg.QueryResultRow>(
  { databaseUrl }: Stack,
  text: string,
): Promise<readonly Row[]> {
  return withClient(databaseUrl, async (client) => (await client.query<Row>(text)).rows);
}

/** Of a preview that drops indexes: none of them is there any more. */
export async function indexesGone(stack: Stack, { changes }: Promised): Promise<boolean> {
  const names = changes.map(({ what }) => pg.escapeLiteral(what)).join(', ');
  const left = await rows(
    stack,
    `SELECT FROM unnest(ARRAY[${names}]) AS index WHERE to_regclass(index) IS NOT NULL`,
  );
  return changes.length > 0 && left.length === 0;
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: 'a fault of the lab' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export interface Held {
  /** Ends them, those that somebody has ended already too. */
  release(): Promise<void>;
}

/** So many sessions, each in a transaction that has run these statements and now does nothing, or still runs the last. */
export async function hold(
  { databaseUrl }: Stack,
  count: number,
  statements: readonly string[],
  last?: string,
): Promise<Held> {
  const clients = Array.from(
    { length: count },
    () => new pg.Client({ connectionString: databaseUrl, application_name: 'paksa-batch' }),
  );
  await Promise.all(
    clients.map(async (client) => {
      // Ended by a fix, it says so here.
      client.on('error', () => undefined);
      await client.connect();
      for (const statement of statements) await client.query(statement);
      if (last !== undefined) client.query(last).catch(() => undefined);
    }),
  );
  return {
    release: async () => {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    },
  };
}

/** Moves time, as Paksa and its jobs read it: both ask one function of the database each, and here those functions run ahead. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

export interface MovableClock {
  /** Moves it on by this many milliseconds, once nothing is at work: what is in hand would seem to have hung. */
  move(ms: number): Promise<void>;
  close(): Promise<void>;
}

const SHIFTED = 'SELECT pg_catalog.now() + (SELECT shift FROM public.test_clock)';

/** `url`: a database in which Paksa has started at least once. */
export async function movableClock(url: string): Promise<MovableClock> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE TABLE IF NOT EXISTS public.test_clock (shift interval NOT NULL);
    INSERT INTO public.test_clock SELECT '0' WHERE NOT EXISTS (SELECT FROM public.test_clock);
    CREATE OR REPLACE FUNCTION paksa.now() RETURNS timestamptz LANGUAGE sql STABLE AS '${SHIFTED}';
    CREATE OR REPLACE FUNCTION pgboss.job_now() RETURNS timestamptz LANGUAGE sql STABLE AS '${SHIFTED}';
  `);
  return {
    move: async (ms) => {
      await untilIdle(client);
      await client.query(`UPDATE public.test_clock SET shift = shift + $1 * interval '1 millisecond'`, [ms]);
    },
    close: () => client.end(),
  };
}

/** Nothing at work, and nothing that could be. Sent messages show it: `pg_stat` of a queue would be a guess. */
export async function untilIdle(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ busy: string }>(
      `SELECT count(*) AS busy FROM pgboss.job
       WHERE state = 'active' OR (state IN ('created', 'retry') AND start_after <= pgboss.job_now())`,
    );
    if (rows[0]?.busy === '0') return;
    await pause(50);
  }
}

/** Each try of a page, as its row has it. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Deliveries, KeptTry } from '../engine/ports.ts';

interface TryRow {
  readonly id: string;
  readonly page: string;
  readonly pager: string;
  readonly tried_at: Date;
  readonly taken: boolean | null;
  readonly said: string | null;
}

export const createTries = (pool: pg.Pool): Pick<Deliveries, 'beginTry' | 'endTry'> => ({
  beginTry: async (page, pager) => {
    const id = randomUUID();
    const { rows } = await pool.query<{ tried_at: Date }>(
      'INSERT INTO paksa.page_try (id, page, pager, tried_at) VALUES ($1, $2, $3, paksa.now()) RETURNING tried_at',
      [id, page, pager],
    );
    return { id, page, pager, at: rows[0]?.tried_at.getTime() ?? Number.NaN };
  },
  endTry: async ({ id }, { taken, said }) => {
    await pool.query('UPDATE paksa.page_try SET taken = $2, said = $3 WHERE id = $1', [id, taken, said]);
  },
});

export async function triesOf(pool: pg.Pool, prefix: string): Promise<readonly KeptTry[]> {
  const { rows } = await pool.query<TryRow>(
    `SELECT id, page, pager, tried_at, taken, said FROM paksa.page_try
      WHERE starts_with(page, $1) ORDER BY tried_at, id`,
    [prefix],
  );
  return rows.map(({ id, page, pager, tried_at, taken, said }) => ({
    id,
    page,
    pager,
    at: tried_at.getTime(),
    ...(taken === null || said === null ? {} : { outcome: { taken, said } }),
  }));
}

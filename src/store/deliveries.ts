/**
 * Pages as their pagers deliver them. A session lock holds one while it is sent: it goes with the process, while the row,
 * committed step by step, says how far it had come.
 */
import type pg from 'pg';
import { deliveryId } from '../engine/delivery-id.ts';
import type { Deliveries, HeldDelivery, PageDelivery } from '../engine/ports.ts';
import { createTries } from './page-tries.ts';
import { type Asked, holding } from './session-lock.ts';

export interface DeliveryRow {
  id: string;
  page: string;
  pager: string;
  state: PageDelivery['state'];
  taken_by: string | null;
  reference: string | null;
  reason: string | null;
  told: string | null;
  recipient: string | null;
  begun_at: Date | null;
}

export const COLUMNS = 'id, page, pager, state, taken_by, reference, reason, told, recipient, begun_at';
/** Any number: locks of deliveries have it as their first half, and meet no other. */
const LOCKS = 7_294_811;

/** `installation`: begins what providers know pages by. */
export const createDeliveries = (pool: pg.Pool, installation: string): Deliveries => ({
  reserve: async (page, pager) => {
    await reserve(pool, installation, page, pager);
    const { rows } = await pool.query<DeliveryRow & { age_ms: number }>(
      `SELECT ${COLUMNS}, (extract(epoch FROM paksa.now() - owed_at) * 1000)::float8 AS age_ms
       FROM paksa.page_delivery WHERE page = $1 AND pager = $2`,
      [page, pager],
    );
    const row = only(rows);
    return { ...readDelivery(row), ageMs: row.age_ms };
  },
  hold: (page, pager, work) =>
    holding(pool, async (on, take) => {
      await reserve(on, installation, page, pager);
      await take([LOCKS, `${pager}/${page}`]);
      const { rows } = await on.query<DeliveryRow>(
        `SELECT ${COLUMNS} FROM paksa.page_delivery WHERE page = $1 AND pager = $2`,
        [page, pager],
      );
      return work(held(on, only(rows)));
    }),
  ...createTries(pool),
  note: async (page, pager, reason, lasting) => {
    await pool.query(
      `UPDATE paksa.page_delivery SET reason = $3, state = CASE WHEN $4 THEN 'failed' ELSE state END,
         changed_at = paksa.now() WHERE page = $1 AND pager = $2 AND state <> 'sent'`,
      [page, pager, reason, lasting],
    );
  },
  of: async (prefix) => {
    const { rows } = await pool.query<DeliveryRow>(
      `SELECT ${COLUMNS} FROM paksa.page_delivery WHERE starts_with(page, $1) ORDER BY owed_at, pager`,
      [prefix],
    );
    return rows.map(readDelivery);
  },
  markTold: async (id, what) => {
    await pool.query('UPDATE paksa.page_delivery SET told = $2, changed_at = paksa.now() WHERE id = $1', [
      id,
      what,
    ]);
  },
});

/** No conflict is named: the id follows from page and pager, and two at the same moment may meet in either index. */
async function reserve(on: Asked, installation: string, page: string, pager: string): Promise<void> {
  await on.query(
    `INSERT INTO paksa.page_delivery (id, page, pager, state, owed_at, changed_at)
     VALUES ($1, $2, $3, 'owed', paksa.now(), paksa.now()) ON CONFLICT DO NOTHING`,
    [deliveryId(installation, page, pager), page, pager],
  );
}

function only<Each>(rows: readonly Each[]): Each {
  const [row] = rows;
  if (row === undefined) throw new Error('a page delivery that was reserved is gone');
  return row;
}

export const readDelivery = ({
  id,
  page,
  pager,
  state,
  taken_by,
  reference,
  reason,
  told,
  recipient,
}: DeliveryRow): PageDelivery => ({
  id,
  page,
  pager,
  state,
  ...(taken_by === null ? {} : { takenBy: taken_by }),
  ...(reference === null ? {} : { reference }),
  ...(reason === null ? {} : { reason }),
  ...(told === null ? {} : { told }),
  ...(recipient === null ? {} : { recipient }),
});

function held(on: Asked, row: DeliveryRow): HeldDelivery {
  const mark = async (set: string, values: readonly unknown[] = []): Promise<void> => {
    await on.query(`UPDATE paksa.page_delivery SET ${set}, changed_at = paksa.now() WHERE id = $1`, [
      row.id,
      ...values,
    ]);
  };
  return {
    ...readDelivery(row),
    ...(row.begun_at === null ? {} : { begunAt: row.begun_at.getTime() }),
    isAnothers: async (reference) => {
      const { rowCount } = await on.query(
        'SELECT 1 FROM paksa.page_delivery WHERE pager = $1 AND reference = $2 AND id <> $3',
        [row.pager, reference, row.id],
      );
      return rowCount !== 0;
    },
    markBegun: (recipient) =>
      mark(`state = 'begun', begun_at = coalesce(begun_at, paksa.now()), recipient = $2`, [
        recipient ?? null,
      ]),
    markNotTaken: () => mark(`state = 'owed', begun_at = NULL`),
    markSent: (takenBy, reference) =>
      mark(`state = 'sent', reason = NULL, taken_by = $2, reference = coalesce($3, reference)`, [
        takenBy,
        reference ?? null,
      ]),
  };
}

/** Pages as their pagers deliver them, without the database: each step is an entry of the spool before it is taken. */
import { randomUUID } from 'node:crypto';
import type { Entry, SpooledDelivery } from '../engine/alone.ts';
import { deliveryId } from '../engine/delivery-id.ts';
import type { Deliveries, HeldDelivery, PageDelivery } from '../engine/ports.ts';
import { createLocks } from './locks.ts';
import { type Memory, rowKey } from './memory.ts';

export interface SpooledDeliveriesOptions {
  readonly memory: Memory;
  readonly add: (entry: Entry) => Promise<unknown>;
  readonly now: () => number;
}

export function createSpooledDeliveries({ memory, add, now }: SpooledDeliveriesOptions): Deliveries {
  const held = createLocks();
  const write = async (delivery: SpooledDelivery): Promise<void> => {
    const entry = { entry: 'delivery', delivery } as const;
    memory.note(entry);
    await add(entry);
  };
  const find = (page: string, pager: string) => memory.deliveries.get(rowKey(page, pager));
  const reserve = async (page: string, pager: string): Promise<SpooledDelivery> => {
    const known = find(page, pager);
    if (known) return known;
    const id = deliveryId(memory.installation, page, pager);
    const fresh: SpooledDelivery = { id, page, pager, state: 'owed', owedAt: now() };
    await write(fresh);
    return fresh;
  };
  /** A replica that reaches the database, or this one just before, may have it on its way: the provider is asked first. */
  const doubted = (row: SpooledDelivery): SpooledDelivery =>
    row.state === 'owed' && (memory.replicas.length > 1 || memory.doubtful.has(row.page))
      ? { ...row, state: 'begun', begunAt: row.owedAt }
      : row;
  return {
    reserve: async (page, pager) => {
      const row = await reserve(page, pager);
      return { ...row, ageMs: now() - row.owedAt };
    },
    hold: (page, pager, work) =>
      held(rowKey(page, pager), async () => {
        let row = doubted(await reserve(page, pager));
        const mark = async ({ begunAt: _, ...changed }: SpooledDelivery, begunAt?: number): Promise<void> => {
          row = begunAt === undefined ? changed : { ...changed, begunAt };
          await write(row);
        };
        const delivery: HeldDelivery = {
          ...row,
          isAnothers: async (reference) =>
            [...memory.deliveries.values()].some(
              (each) => each.pager === pager && each.reference === reference && each.id !== row.id,
            ),
          markBegun: (recipient) =>
            mark(
              { ...row, state: 'begun', ...(recipient === undefined ? {} : { recipient }) },
              row.begunAt ?? now(),
            ),
          markNotTaken: () => mark({ ...row, state: 'owed' }),
          markSent: (takenBy, reference) =>
            mark({ ...row, state: 'sent', takenBy, ...(reference === undefined ? {} : { reference }) }),
        };
        return work(delivery);
      }),
    beginTry: async (page, pager) => {
      const tried = { id: randomUUID(), page, pager, at: now() };
      await add({ entry: 'tried', tried });
      return tried;
    },
    endTry: async (begun, outcome) => {
      await add({ entry: 'tried', tried: { ...begun, outcome } });
    },
    note: async (page, pager, reason, lasting) => {
      const row = find(page, pager);
      if (row && row.state !== 'sent')
        await write({ ...row, reason, ...(lasting ? { state: 'failed' } : {}) });
    },
    of: async (prefix): Promise<PageDelivery[]> =>
      [...memory.deliveries.values()].filter(({ page }) => page.startsWith(prefix)),
    markTold: async (id, told) => {
      const row = [...memory.deliveries.values()].find((each) => each.id === id);
      if (row) await write({ ...row, told });
    },
  };
}

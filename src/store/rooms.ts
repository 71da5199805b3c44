/**
 * Channels that incidents are to have. A session lock holds one while it is made: it goes with the process, while the row,
 * committed step by step, says how far it had come.
 */
import type pg from 'pg';
import type { HeldRoom, Rooms } from '../engine/ports.ts';
import { type Asked, holding } from './session-lock.ts';

interface Row {
  state: HeldRoom['state'];
  name: string | null;
  channel: string | null;
  invited: string[];
  begun_at: Date | null;
}

/** Any number: locks of channels have it as their first half, and meet no other. */
const LOCKS = 7_294_812;

export const createRooms = (pool: pg.Pool): Rooms => ({
  hold: (incident, number, work) =>
    holding(pool, async (on, take) => {
      await take([LOCKS, incident]);
      await on.query(
        `INSERT INTO paksa.room (incident, number, state, changed_at) VALUES ($1, $2, 'owed', paksa.now())
         ON CONFLICT (incident, number) DO NOTHING`,
        [incident, number],
      );
      const { rows } = await on.query<Row>(
        'SELECT state, name, channel, invited, begun_at FROM paksa.room WHERE incident = $1 AND number = $2',
        [incident, number],
      );
      const [row] = rows;
      if (!row) throw new Error('a channel that was reserved is gone');
      return work(held(on, row, [incident, number]));
    }),
});

function held(on: Asked, row: Row, key: readonly [string, number]): HeldRoom {
  const mark = async (set: string, ...values: readonly string[]): Promise<void> => {
    await on.query(
      `UPDATE paksa.room SET ${set}, changed_at = paksa.now() WHERE incident = $1 AND number = $2`,
      [...key, ...values],
    );
  };
  const { state, name, channel, invited, begun_at } = row;
  return {
    state,
    ...(name === null ? {} : { name }),
    ...(channel === null ? {} : { channel }),
    ...(begun_at === null ? {} : { begunAt: begun_at.getTime() }),
    invited,
    markCreating: (tried) => mark(`state = 'creating', name = $3, begun_at = pg_catalog.now()`, tried),
    markRefused: () => mark(`state = 'owed'`),
    markOpen: (made) => mark(`state = 'open', channel = $3`, made),
    markInvited: (user) => mark('invited = array_append(invited, $3)', user),
  };
}

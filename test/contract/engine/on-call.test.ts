/** Who takes a page, and overrides as people make them, on a real PostgreSQL. */
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onCallIn, whoIsOnCall, whoTakes } from '../../../src/engine/on-call.ts';
import { endOverride, makeOverride, overrideNews } from '../../../src/engine/override.ts';
import type { RecordedOverride, Store } from '../../../src/engine/ports.ts';
import type { Task } from '../../../src/engine/task.ts';
import { AdapterError, UserError } from '../../../src/errors.ts';
import type { Layer } from '../../../src/policy/rotation.ts';
import { DAY, HOUR } from '../../../src/policy/wall-clock.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';
import { policy } from '../../unit/sample-incident.ts';

const layer = (of: Partial<Layer> = {}): Layer => ({
  users: ['UA'],
  turnHours: 24,
  start: '2026-01-05',
  handover: { at: '09:00' },
  only: [],
  ...of,
});
const named = (name: string, layers: readonly Layer[]) => ({ name, timeZone: 'Europe/Berlin', layers });
const schedules = new Map(
  [
    named('alone', [layer()]),
    named('turns', [layer({ users: ['UA', 'UB'] })]),
    named('later', [layer({ start: '2099-01-01' })]),
  ].map((schedule) => [schedule.name, schedule]),
);

let database: FreshDatabase;
let pool: pg.Pool;
let store: Store;
const sent: Task[] = [];
beforeAll(async () => {
  database = await preparedDatabase();
  pool = openPool(database.url, () => undefined);
  store = createStore(pool, async (_, task) => {
    sent.push(task);
  });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const deps = () => ({
  store,
  schedules,
  estate: { environments: ['production'], policy: () => policy() },
});
const by = (id: string) => ({ id, groups: [] });
let causes = 0;
const make = async (
  schedule: string,
  user: string,
  { by: maker = 'UA', ...period }: { from?: number; to?: number; by?: string } = {},
) => {
  causes += 1;
  const actor = { ...by(maker), schedules: await onCallIn(deps(), maker, [schedule]) };
  return makeOverride(deps(), { schedule, user, ...period, by: actor, cause: `receipt-${causes}` });
};
async function made(...args: Parameters<typeof make>): Promise<RecordedOverride> {
  const overridden = await make(...args);
  if (!overridden.done) throw new Error(overridden.why);
  return overridden.override;
}
const databaseNow = () => store.transact(async (tx) => tx.now);

describe('a page', () => {
  test('goes to who is on call when it is first sent, also when it is tried again after an override', async () => {
    expect(await whoTakes(deps(), 'alone', 'page/1')).toEqual({ kind: 'user', id: 'UA' });
    const { id } = await made('alone', 'USTANDIN', { to: (await databaseNow()) + HOUR });
    expect(await whoTakes(deps(), 'alone', 'page/1')).toEqual({ kind: 'user', id: 'UA' });
    expect(await whoTakes(deps(), 'alone', 'page/2')).toEqual({ kind: 'user', id: 'USTANDIN' });
    await endOverride(deps(), id, by('UA'));
  });

  test.each([
    [
      'later',
      /Nobody is on call in “later” until further notice: make an override with “\/paksa override later”/,
    ],
    ['gone', /“gone” is not in paksa\.yaml any more/],
  ])('to “%s” fails for good', async (name, message) => {
    const failure = await whoTakes(deps(), name, `page/${name}`).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AdapterError);
    expect(failure).toMatchObject({ retryable: false, message: expect.stringMatching(message) });
  });
});

describe('an override', () => {
  test('without times: from now until the hand-over; it gives the right that being on call gives, and is told', async () => {
    const [before] = await whoIsOnCall(deps(), 'turns');
    const override = await made('turns', 'UNEW');
    expect(override.to).toBe(before?.until);
    expect(override.from).toBeGreaterThanOrEqual(before?.at ?? Number.POSITIVE_INFINITY);
    expect(sent).toContainEqual({ task: 'publish', subject: `override/${override.id}` });
    expect(await onCallIn(deps(), 'UNEW', ['turns', 'alone', 'gone', 'turns'])).toEqual(['turns']);
    expect((await whoIsOnCall(deps(), 'turns'))[0]).toMatchObject({
      user: 'UNEW',
      inForce: { override, insteadOf: before?.user },
      next: { user: before?.user === 'UA' ? 'UB' : 'UA' },
    });
  });

  test('may be handed on by who stands in, and ended; the one before it is on call again, and told', async () => {
    const override = await made('turns', 'UNEXT', { by: 'UNEW' });
    const ended = await endOverride(deps(), override.id, by('UNEXT'));
    expect(ended).toMatchObject({ done: true, override: { endedBy: 'UNEXT' } });
    expect(await overrideNews(deps(), override.id)).toMatchObject({ relieving: 'UNEW' });
    expect(await endOverride(deps(), override.id, by('UNEXT'))).toMatchObject({
      done: false,
      why: 'That override is over already.',
    });
  });

  test('that is withdrawn before it began relieves nobody', async () => {
    const now = await databaseNow();
    const { id } = await made('alone', 'UNEW', { from: now + DAY, to: now + 2 * DAY });
    await endOverride(deps(), id, by('UA'));
    expect(await overrideNews(deps(), id)).not.toHaveProperty('relieving');
  });

  test('is nobody’s to make or to end who is not in the schedule, nor an approver', async () => {
    expect(await make('alone', 'USTRANGER', { by: 'USTRANGER' })).toMatchObject({
      done: false,
      who: [{ id: 'UA' }, { id: 'UAPPROVER' }],
    });
    const { id } = await made('alone', 'UNEW', { to: (await databaseNow()) + HOUR, by: 'UAPPROVER' });
    expect(await endOverride(deps(), id, by('USTRANGER'))).toMatchObject({ done: false });
    expect(await endOverride(deps(), id, by('UAPPROVER'))).toMatchObject({ done: true });
  });

  test.each([
    ['an end before its beginning', 'alone', { from: HOUR, to: 0 }, /over before it begins/],
    ['an end that is past', 'alone', { to: -HOUR }, /over before it begins/],
    ['a year', 'alone', { to: 365 * DAY }, /92 days at most/],
    ['no end, where there is no hand-over', 'alone', {}, /say until when/],
    ['a schedule that is not there', 'turn', {}, /Did you mean “turns”\?/],
  ])('with %s is refused', async (_, schedule, { from, to }: { from?: number; to?: number }, message) => {
    const now = await databaseNow();
    const period = {
      ...(from === undefined ? {} : { from: now + from }),
      ...(to === undefined ? {} : { to: now + to }),
    };
    const refusal = await make(schedule, 'UA', period).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    expect(refusal).toMatchObject({ message: expect.stringMatching(message) });
  });

  test('the same click twice makes one', async () => {
    const request = { schedule: 'turns', user: 'UNEW', by: by('UA'), cause: 'receipt-twice' };
    const both = [await makeOverride(deps(), request), await makeOverride(deps(), request)];
    expect(both[0]).toEqual(both[1]);
  });
});

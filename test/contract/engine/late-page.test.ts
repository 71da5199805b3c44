/** A page that nobody has taken for minutes: the ladder goes on without it, once, and it goes out all the same when somebody takes it. */
import { afterEach, expect, test } from 'vitest';
import { apply, commit } from '../../../src/engine/apply.ts';
import { pageIsLate, sendPage } from '../../../src/engine/escalate.ts';
import { AdapterError } from '../../../src/errors.ts';
import type { PageRef } from '../../../src/incident/incident.ts';
import { createStore } from '../../../src/store/store.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { incident as sample } from '../../unit/sample-incident.ts';

const pool = paksaTables();
const PAGE: PageRef = { level: 1, attempt: 1, responder: 'user/U1' };
const WHY = 'slack: Slack did not answer chat.postMessage.';

const paged: PageRef[] = [];
let isAway = false;
afterEach(() => {
  paged.length = 0;
  isAway = false;
});
const store = () => createStore(pool(), async () => undefined);
const deps = () => ({
  store: store(),
  schedules: new Map(),
  pager: {
    page: async (_: unknown, page: PageRef) => {
      if (isAway)
        throw new AdapterError(WHY, {
          system: 'slack',
          operation: 'page',
          fault: 'unreachable',
          retryable: true,
        });
      paged.push(page);
      return 'Slack direct message';
    },
  },
  redact: (text: string) => text,
  checkpoint: () => undefined,
});

/** Its first level has just been decided on. */
async function climbing(id: string): Promise<void> {
  await store().transact((tx) => {
    const opened = { ...sample(), id, fingerprint: id };
    const { severity, findings } = opened;
    return commit(tx, opened, { type: 'opened', severity, findings }, { actor: 'paksa' });
  });
  const due = (await store().incident(id))?.ladder.nextAt ?? 0;
  await apply(store(), id, { type: 'timer-due', timer: 'ladder', due }, { actor: 'paksa' });
}
const types = async (id: string) => (await store().log(id)).map(({ happening }) => happening.type);

test('the ladder goes on at once, and only once however often that is said', async () => {
  await climbing('INC-701');
  await pageIsLate(deps(), { incident: 'INC-701', page: PAGE }, WHY);
  await pageIsLate(deps(), { incident: 'INC-701', page: PAGE }, WHY);
  expect((await store().incident('INC-701'))?.ladder).toMatchObject({ level: 2, attempt: 1 });
  expect(await types('INC-701')).toEqual(['opened', 'timer-due', 'page-failed']);
});

test('it is tried all the same, and is recorded as sent when somebody takes it', async () => {
  await climbing('INC-702');
  const task = { task: 'page', incident: 'INC-702', page: PAGE } as const;
  await pageIsLate(deps(), task, WHY);
  isAway = true;
  await expect(sendPage(deps(), task)).rejects.toThrow('did not answer');
  isAway = false;
  await sendPage(deps(), task);
  expect(paged).toEqual([PAGE]);
  expect((await types('INC-702')).slice(-2)).toEqual(['page-failed', 'page-sent']);
  await pageIsLate(deps(), task, WHY);
  expect((await types('INC-702')).at(-1)).toBe('page-sent');
});

test('once somebody has answered it is dropped', async () => {
  await climbing('INC-703');
  const task = { task: 'page', incident: 'INC-703', page: PAGE } as const;
  await pageIsLate(deps(), task, WHY);
  await apply(store(), 'INC-703', { type: 'acknowledged' }, { actor: 'U1' });
  await sendPage(deps(), task);
  expect(paged).toEqual([]);
  expect((await types('INC-703')).at(-1)).toBe('page-dropped');
});

test('one of two responders is reached late: the other one’s failure does not send the ladder on', async () => {
  await climbing('INC-704');
  const due = (await store().incident('INC-704'))?.ladder.nextAt ?? 0;
  await apply(store(), 'INC-704', { type: 'timer-due', timer: 'ladder', due }, { actor: 'paksa' });
  const [one, other] = ['user/U2', 'usergroup/S2'].map((responder) => ({ level: 2, attempt: 1, responder }));
  await pageIsLate(deps(), { incident: 'INC-704', page: one as PageRef }, WHY);
  await sendPage(deps(), { task: 'page', incident: 'INC-704', page: one as PageRef });
  await pageIsLate(deps(), { incident: 'INC-704', page: other as PageRef }, WHY);
  expect((await store().incident('INC-704'))?.ladder).toMatchObject({ level: 2, attempt: 1 });
});

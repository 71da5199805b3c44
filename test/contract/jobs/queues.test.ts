/** The queues of a database in which Paksa has started before: brought to what they should be, and left alone where they are. */
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startJobs } from '../../../src/jobs/jobs.ts';
import { QUEUES } from '../../../src/jobs/queues.ts';
import { type FreshDatabase, preparedDatabase } from '../../harness/database.ts';

let database: FreshDatabase;
let boss: PgBoss;
beforeAll(async () => {
  database = await preparedDatabase();
  boss = new PgBoss({ connectionString: database.url, max: 1 });
  await boss.start();
});
afterAll(async () => {
  await boss.stop({ graceful: false });
  await database.drop();
});

const startAgain = async () => {
  const jobs = await startJobs(database.url, { onError: () => undefined, onFailure: () => undefined });
  await jobs.stop(0);
};
const changes = async () =>
  new Map((await boss.getQueues()).map(({ name, updatedOn }) => [name, updatedOn.getTime()]));

test('every kind of task has one, with its options', async () => {
  for (const [name, options] of Object.entries(QUEUES))
    expect(await boss.getQueue(name)).toMatchObject(options);
});

test('options of an older version are brought up to date, nothing else is written', async () => {
  await boss.updateQueue('page', { retryLimit: 1, retryBackoff: false });
  const before = await changes();
  await startAgain();
  expect(await boss.getQueue('page')).toMatchObject(QUEUES.page);
  const after = await changes();
  before.delete('page');
  after.delete('page');
  expect(after).toEqual(before);
});

test('one that is missing is made', async () => {
  await boss.deleteQueue('quiet');
  await startAgain();
  expect(await boss.getQueue('quiet')).toMatchObject(QUEUES.quiet);
});

/** PostgreSQL goes away in the middle of a ladder and comes back: pages go out from memory, answers count, and all is written down once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { execute, type PostgresServer, startPostgres } from '../harness/postgres-server.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, texts, toldAlone } from './drive.ts';

const TOKEN = 'a-token-of-sixteen-and-more';

let server: PostgresServer;
let world: World;
let address: string;
beforeAll(async () => {
  server = await startPostgres();
  world = await createWorld({
    database: { url: server.url(), drop: async () => undefined },
    configure: (yaml) =>
      `${yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 12s').replaceAll('delay: 30s', 'delay: 10s')}
alerts: { tokenEnv: ALERTS_TOKEN }
`,
    variables: { ALERTS_TOKEN: TOKEN },
  });
  const { port } = await world.startBot();
  address = `http://127.0.0.1:${port}`;
}, 180_000);
afterAll(async () => {
  await world?.close();
  await server?.[Symbol.asyncDispose]();
});

const pagesTo = (user: string) => world.workspace.messages(`D${user.slice(1)}`).length;
const paged = (user: string, count: number) =>
  expect.poll(() => pagesTo(user), { timeout: 40_000 }).toBe(count);
const latestPage = (user: string) => {
  const page = world.workspace.messages(`D${user.slice(1)}`).at(-1);
  if (!page) throw new Error(`no page to ${user}`);
  return page;
};
const happened = async (incident: string) => {
  const rows = await execute<{ type: string }>(
    server.url(),
    `SELECT type FROM paksa.event WHERE incident = '${incident}' ORDER BY seq`,
  );
  return rows.map(({ type }) => type);
};
const readiness = async () => {
  const answer = await fetch(`${address}/readyz`);
  expect(answer.status).toBe(200);
  return answer.json();
};
const inChannel = (words: string) =>
  world.workspace.waitForMessage(
    (message) => message.channel === CHANNELS.incidents && world.workspace.readable(message).includes(words),
    30_000,
  );

test('stopped: levels are paged from memory, an answer stops the ladder, and what else comes in is kept', {
  timeout: 180_000,
}, async () => {
  const { workspace } = world;
  const card = await brokenAndDiagnosed(world);
  await server.stop();
  await paged(PEOPLE.dana, 1);
  await inChannel('database has been away');
  expect(await readiness()).toEqual({ status: 'works without', waitingFor: ['database'] });
  await paged(PEOPLE.omar, 1);
  await workspace.as(PEOPLE.omar).click(latestPage(PEOPLE.omar), 'acknowledge');
  await workspace.waitForMessage(
    (message) =>
      message.threadTs === card.ts && workspace.readable(message).includes('the ladder is stopped'),
    20_000,
  );
  await workspace.as(PEOPLE.ana).click(card, 'fix:renew');
  await toldAlone(world, PEOPLE.ana, 'Kept, not done yet');
  const alerted = await fetch(`${address}/alerts/generic`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'NobodyKnowsMe', status: 'firing' }),
  });
  expect(alerted.status).toBe(200);

  await server.start();
  await cardReading(world, 'Acknowledged', 60_000);
  await inChannel('database is back');
  await inChannel('NobodyKnowsMe');
  await expect.poll(() => texts(world, card).join('\n')).toContain('3 pages went out from memory');
  // The button that was kept.
  await cardReading(world, 'Approve', 60_000);
  expect([PEOPLE.dana, PEOPLE.omar, PEOPLE.sana].map(pagesTo)).toEqual([1, 1, 0]);
  const types = await happened('INC-1');
  expect(types.slice(0, 3)).toEqual(['opened', 'timer-due', 'page-sent']);
  expect(types.indexOf('caught-up')).toBe(7);
  expect(types.slice(3, 7).sort()).toEqual(['acknowledged', 'page-sent', 'page-sent', 'timer-due']);
  expect(await readiness()).toMatchObject({ status: 'ready' });
  await workspace.as(PEOPLE.dana).click(await cardReading(world, 'INC-1'), 'resolve');
  await cardReading(world, 'Resolved');
});

test('frozen: connections hang rather than break, the ladder goes on, and goes on by the database afterwards', {
  timeout: 180_000,
}, async () => {
  const card = await brokenAndDiagnosed(world);
  await server.freeze();
  try {
    await paged(PEOPLE.dana, 2);
    await paged(PEOPLE.omar, 2);
  } finally {
    await server.thaw();
  }
  await paged(PEOPLE.sana, 1);
  await expect
    .poll(() => texts(world, card).join('\n'), { timeout: 40_000 })
    .toContain('went out from memory');
  await world.workspace.as(PEOPLE.sana).click(latestPage(PEOPLE.sana), 'acknowledge');
  await cardReading(world, /INC-2[\s\S]*Acknowledged/, 40_000);
  expect([PEOPLE.dana, PEOPLE.omar, PEOPLE.sana].map(pagesTo)).toEqual([2, 2, 1]);
  const types = await happened('INC-2');
  expect(
    ['page-sent', 'timer-due', 'acknowledged', 'caught-up'].map(
      (type) => types.filter((each) => each === type).length,
    ),
  ).toEqual([4, 3, 1, 1]);
});

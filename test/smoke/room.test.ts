/** A channel of its own for what is critical: made once, whoever dies, with the right people, told when it is over, archived. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, texts } from './drive.ts';

const MINUTE = 60_000;
const PATIENT = { timeout: 60_000 };

let world: World;
let clock: MovableClock;
let card: Message;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) =>
      `${yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 30m').replace(/delay: 30s/g, 'delay: 10m')}
rooms:
  for: critical
  archiveAfter: 1h
`,
  });
});
afterAll(async () => {
  await clock.close();
  await world.close();
});

const calls = (method: string) => world.workspace.requests.filter((request) => request.method === method);
const made = () => calls('conversations.create').filter(({ answer }) => answer?.ok === true);
const roomOf = (): string => {
  const [first] = made();
  const channel: unknown = first?.answer?.channel;
  return typeof channel === 'object' && channel !== null && 'id' in channel ? String(channel.id) : '';
};
const invited = () =>
  calls('conversations.invite')
    .filter(({ answer }) => answer?.ok === true)
    .map(({ args }) => args.users);
const saidIn = (channel: string) =>
  world.workspace
    .messages(channel)
    .map((message) => world.workspace.readable(message))
    .join('\n');

test('the process dies when Slack has made it: another finds it, and makes no second one', async () => {
  const dying = await world.startBot({ dieAt: 'room-created' });
  clock = await movableClock(world.database.url);
  // It may die before its card is there.
  const asked = brokenAndDiagnosed(world).catch(() => undefined);
  expect(await dying.exited).toMatchObject({ signal: 'SIGKILL' });
  expect(made()).toHaveLength(1);
  await world.startBot();
  card = await cardReading(world, `Its own channel: <#${roomOf()}>`, 60_000);
  await asked;
  expect(made()).toHaveLength(1);
  expect(made()[0]?.args.name).toBe('inc-1-ssl');
  expect(calls('conversations.setTopic').at(-1)?.args.topic).toMatch(/^INC-1 SSL certificate issues/);
}, 120_000);

test('its card and who opened it are there; whoever is paged comes when they are', async () => {
  await expect.poll(() => saidIn(roomOf()), PATIENT).toContain('This is the channel of');
  await expect.poll(() => saidIn(roomOf()), PATIENT).toContain('Renew the certificate…');
  await expect.poll(invited, PATIENT).toEqual([PEOPLE.ana]);
  await clock.move(30 * MINUTE);
  await expect.poll(invited, PATIENT).toEqual([PEOPLE.ana, PEOPLE.dana]);
  await expect
    .poll(() => texts(world, card).join('\n'), PATIENT)
    .toContain(`Invited to its channel: <@${PEOPLE.dana}>`);
});

test('whom Slack refuses to invite is told of, and the others come all the same', async () => {
  world.workspace.failNext('conversations.invite', { error: 'cant_invite' });
  await clock.move(10 * MINUTE);
  await pageTo(world, PEOPLE.omar);
  await clock.move(10 * MINUTE);
  await expect.poll(invited, PATIENT).toContain(PEOPLE.sana);
  expect(invited()).not.toContain(PEOPLE.omar);
  await expect
    .poll(() => texts(world, card).join('\n'), PATIENT)
    .toContain('could not be invited to its channel');
});

test('everything can be done from its card there; resolved, it is told, and archived an hour later', async () => {
  const [own] = world.workspace
    .messages(roomOf())
    .filter((message) => world.workspace.readable(message).includes('Resolve'));
  if (!own) throw new Error('no card');
  await world.workspace.as(PEOPLE.ana).click(own, 'resolve');
  await cardReading(world, '*Resolved*');
  await expect.poll(() => saidIn(roomOf()), PATIENT).toContain('This channel is archived');
  await clock.move(59 * MINUTE);
  expect(calls('conversations.archive')).toHaveLength(0);
  await clock.move(2 * MINUTE);
  await expect.poll(() => calls('conversations.archive').length, PATIENT).toBe(1);
});

test('opened again it gets another one, whose name is free', async () => {
  await world.workspace
    .as(PEOPLE.ana)
    .command(CHANNELS.operations, '/paksa incident INC-1 reopen it is back');
  await expect.poll(() => made().map(({ args }) => args.name), PATIENT).toEqual(['inc-1-ssl', 'inc-1-ssl-2']);
});

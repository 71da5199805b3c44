/** Everything at once, and where to look when there is more than one place. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { cardReading, toldAlone } from './drive.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) => {
      const file = parse(yaml);
      return stringify({ ...file, environments: { ...file.environments, staging: {} } });
    },
  });
  await world.startBot();
});
afterAll(() => world.close());

const say = (text: string) => world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, text);
const reading = (words: RegExp) =>
  world.workspace.waitForMessage(
    (message) => message.ephemeralFor === undefined && words.test(world.workspace.readable(message)),
    20_000,
  );

test('without an environment it is asked where to look, and the button looks there', async () => {
  await say('/paksa diagnose ssl');
  const asked = await toldAlone(world, PEOPLE.ana, 'Where should I look?');
  expect(world.workspace.readable(asked)).toMatch(/sandbox[\s\S]*staging/);
  await world.workspace.as(PEOPLE.ana).click(asked, 'diagnose:ssl:sandbox');
  expect(world.workspace.readable(await reading(/9 checks healthy/))).toContain('sandbox');
});

test('everything that is well is said to be, and what is not configured is named', async () => {
  await say('/paksa diagnose all --env sandbox');
  const card = await reading(/Everything[\s\S]*✅ healthy/);
  expect(world.workspace.readable(card)).toContain('healthy: SSL certificate issues');
  expect(world.workspace.readable(card)).toContain('not configured here');
});

test('what is wrong opens an incident, named on the card', async () => {
  await world.stack.inject('expired');
  await say('/paksa diagnose all sandbox');
  const card = await reading(/1 topic with a problem/);
  expect(world.workspace.readable(card)).toMatch(/SSL certificate issues[\s\S]*INC-1[\s\S]*expired on/);
  const incident = await cardReading(world, 'Renew the certificate');
  expect(incident.channel).toBe(CHANNELS.operations);
});

test('asked again, it joins the incident that is open; mended, it is resolved by a look at everything', async () => {
  await say('/paksa diagnose all sandbox');
  await world.stack.inject('mend');
  await say('/paksa diagnose all sandbox');
  const card = await cardReading(world, 'Resolved');
  expect(world.workspace.readable(card)).toContain('INC-1');
});

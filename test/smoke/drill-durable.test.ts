/** A drill whose process dies with a page in its hand wakes nobody twice; and a drill from a terminal, which waits for the answers. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { startTwilio, TWILIO } from '../harness/paging/twilio.ts';
import { createWorld, type World } from '../harness/world.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const PATIENCE_MS = 60_000;

let world: World;
let clock: MovableClock;
let twilio: Awaited<ReturnType<typeof startTwilio>>;
beforeAll(async () => {
  twilio = await startTwilio();
  world = await createWorld({
    configure: (yaml) =>
      `${yaml.replace('delay: 30s', 'delay: 30s\n      pagers: [sms, slack]')}
pagers: { sms: { kind: twilio, url: "${twilio.url}", accountSid: ${TWILIO.accountSid}, tokenEnv: SMS_TOKEN, from: "${TWILIO.from}" } }
people: { ${PEOPLE.dana}: { phone: "+4915112345678" } }
`,
    variables: { SMS_TOKEN: TWILIO.token },
  });
});
afterAll(async () => {
  await clock?.close();
  await world.close();
  await twilio.stop();
});

const drillsTo = (user: string) =>
  world.workspace
    .messages(`D${user.slice(1)}`)
    .filter((message) => world.workspace.readable(message).includes('DRILL, nothing is broken'));

test('killed between the provider’s taking it and writing that down: each is reached once, and the result is whole', {
  timeout: 240_000,
}, async () => {
  const { workspace } = world;
  const bot = await world.startBot({ dieAt: 'page-taken' });
  clock = await movableClock(world.database.url);
  await workspace.as(PEOPLE.bilal).command(CHANNELS.operations, '/paksa ladder drill level 1');
  const plan = await workspace.waitForMessage(
    ({ ephemeralFor }) => ephemeralFor === PEOPLE.bilal,
    PATIENCE_MS,
  );
  await workspace.as(PEOPLE.bilal).click(plan, 'drill:start');
  expect((await bot.exited).signal).toBe('SIGKILL');
  await world.startBot();
  await workspace.waitForMessage(
    (message) => workspace.readable(message).includes('Every page was taken: 2'),
    PATIENCE_MS,
  );
  expect(twilio.messages.length).toBe(1);
  expect(drillsTo(PEOPLE.dana).length).toBe(1);
});

interface Run {
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

function paksa(args: readonly string[], typed = ''): Run {
  const child = spawn(process.execPath, [MAIN, ...args], { env: world.env });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stdin.end(typed);
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { said: () => stdout, ended };
}

test('in a terminal: asks first, and too soon after the last one it says so', {
  timeout: 240_000,
}, async () => {
  const asked = paksa(['ladder', 'drill', '--level', '1'], 'n\n');
  expect(await asked.ended).toBe(0);
  expect(asked.said()).toMatch(
    new RegExp(
      `A drill of sandbox sends, now:\\n {2}level 1, Development team: user ${PEOPLE.dana} by sms\\n.* by slack\\n[\\s\\S]*Nothing was sent\\.`,
    ),
  );
  expect(await paksa(['ladder', 'drill', '--yes']).ended).toBe(2);
  expect(drillsTo(PEOPLE.dana).length).toBe(1);
});

test('it measures each page, and waits for whoever has it', { timeout: 240_000 }, async () => {
  await clock.move(31 * 60_000);
  const { said, ended } = paksa(['ladder', 'drill', 'sandbox', '--level', '1', '--yes']);
  await expect.poll(() => drillsTo(PEOPLE.dana).length, { timeout: PATIENCE_MS }).toBe(2);
  const page = drillsTo(PEOPLE.dana).at(-1);
  if (!page) throw new Error('no page');
  await world.workspace.as(PEOPLE.dana).click(page, 'drill:got');
  expect(await ended).toBe(0);
  expect(said()).toMatch(/ok {2}level 1: user \S+ by sms: taken after \d+\.\d s \(SMS\)/);
  expect(said()).toMatch(/ok {2}level 1: user \S+ by slack: taken after \d+\.\d s \(Slack direct message\)/);
  expect(said()).toMatch(
    new RegExp(
      `user ${PEOPLE.dana} has it, after \\d+\\.\\d s[\\s\\S]*DRILL-2: Every page was taken: 2; 1 answer`,
    ),
  );
  expect(twilio.messages.length).toBe(2);
});

/** A drill end to end: confirmed, sent by every pager of every level, measured, answered, over; and no incident is behind it. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { type MovableClock, movableClock } from '../harness/clock.ts';
import { ROUTING_KEY, startPagerDuty } from '../harness/paging/pagerduty.ts';
import { startTwilio, TWILIO } from '../harness/paging/twilio.ts';
import { createWorld, type World } from '../harness/world.ts';

const MINUTE = 60_000;
const PATIENCE_MS = 60_000;

let world: World;
let clock: MovableClock;
let duty: Awaited<ReturnType<typeof startPagerDuty>>;
let twilio: Awaited<ReturnType<typeof startTwilio>>;
beforeAll(async () => {
  [duty, twilio] = await Promise.all([startPagerDuty(), startTwilio()]);
  world = await createWorld({
    configure: (yaml) =>
      `${yaml
        .replace('delay: 30s', 'delay: 30s\n      pagers: [slack, duty, sms]')
        .replace(`- user: ${PEOPLE.sana}`, '- schedule: primary')
        .replace(/users:(\n\s+- \S+){3}/, `users: [${PEOPLE.sana}]`)}
pagers:
  duty: { kind: pagerduty, url: "${duty.url}", routingKeyEnv: DUTY_KEY }
  sms: { kind: twilio, url: "${twilio.url}", accountSid: ${TWILIO.accountSid}, tokenEnv: SMS_TOKEN, from: "${TWILIO.from}" }
people: { ${PEOPLE.dana}: { phone: "+4915112345678" } }
`,
    variables: { DUTY_KEY: ROUTING_KEY, SMS_TOKEN: TWILIO.token },
  });
  await world.startBot();
  clock = await movableClock(world.database.url);
});
afterAll(async () => {
  await clock.close();
  await world.close();
  await Promise.all([duty.stop(), twilio.stop()]);
});

/** The next thing that this person alone is told, once `act` has happened. */
async function told(user: string, act: () => Promise<unknown>): Promise<Message> {
  const { workspace } = world;
  const before = new Set(workspace.ephemerals(user).map(({ ts }) => ts));
  await act();
  return workspace.waitForMessage(
    ({ ephemeralFor, ts }) => ephemeralFor === user && !before.has(ts),
    PATIENCE_MS,
  );
}
const typed = (user: string, line: string) =>
  told(user, () => world.workspace.as(user).command(CHANNELS.operations, line));
const pressed = (user: string, message: Message, what: string) =>
  told(user, () => world.workspace.as(user).click(message, what));
const words = (message: Message) => world.workspace.readable(message);
const result = (reading: RegExp) =>
  world.workspace.waitForMessage(
    (message) =>
      message.channel === CHANNELS.operations &&
      /DRILL-\d+: drill of/.test(words(message)) &&
      reading.test(words(message)),
    PATIENCE_MS,
  );
const direct = (user: string) => world.workspace.messages(`D${user.slice(1)}`);

test('who is neither on the ladder nor an approver is shown whom it would wake, and wakes nobody', async () => {
  const plan = await typed(PEOPLE.ana, '/paksa ladder drill');
  expect(words(plan)).toMatch(
    new RegExp(
      `A drill of sandbox sends 8 pages.*level 1 .*<@${PEOPLE.dana}> by \\*slack.*level 1 .* by \\*duty.*level 1 .* by \\*sms`,
      's',
    ),
  );
  expect(words(await pressed(PEOPLE.ana, plan, 'drill:start'))).toContain('not on this ladder');
  expect(twilio.messages.length + duty.alerts.size + direct(PEOPLE.dana).length).toBe(0);
});

test('an approver’s goes out by every pager of every level, and its result fills in', async () => {
  const plan = await typed(PEOPLE.bilal, '/paksa ladder drill');
  expect(words(await pressed(PEOPLE.bilal, plan, 'drill:start'))).toContain('DRILL-1 has begun');
  const card = await result(/Every page was taken: 8/);
  expect(words(card)).toMatch(/level 1 .*taken after \d+\.\d s \(Slack direct message\)/);
  expect(words(card)).toMatch(/taken after \d+\.\d s \(PagerDuty\).*taken after \d+\.\d s \(SMS\)/s);
  expect(twilio.messages.map(({ body }) => body)).toEqual([
    expect.stringMatching(
      /^Page: DRILL, nothing is broken: DRILL-1 \(sandbox\)\nlevel 1.*There is nothing to do\./,
    ),
  ]);
  expect([...duty.alerts.values()]).toMatchObject([
    { status: 'triggered', summary: 'DRILL, nothing is broken: DRILL-1 (sandbox)' },
  ]);
  expect(JSON.parse(duty.requests.at(-1)?.body ?? '{}')).toMatchObject({ payload: { severity: 'info' } });
  for (const user of [PEOPLE.dana, PEOPLE.omar, PEOPLE.ext])
    expect(direct(user).map(words)).toEqual([expect.stringContaining('DRILL, nothing is broken')]);
});

test('“I got it” is measured, and takes the button away; pressed by another, it was known', async () => {
  const [page] = direct(PEOPLE.dana);
  if (!page) throw new Error('no page');
  await world.workspace.as(PEOPLE.dana).click(page, 'drill:got');
  await result(new RegExp(`👍 <@${PEOPLE.dana}> after \\d+\\.\\d s`));
  await expect
    .poll(() => direct(PEOPLE.dana).map(words).join(), { timeout: PATIENCE_MS })
    .toContain(`<@${PEOPLE.dana}> has it`);
  await expect
    .poll(() => JSON.stringify(direct(PEOPLE.dana).at(-1)?.blocks), { timeout: PATIENCE_MS })
    .not.toContain('drill:got');
});

test('not twice within half an hour', async () => {
  const plan = await typed(PEOPLE.bilal, '/paksa ladder drill level 2');
  expect(words(plan)).toContain('A drill of sandbox sends 2 pages');
  expect(words(await pressed(PEOPLE.bilal, plan, 'drill:start'))).toMatch(
    /DRILL-1 was \d+ min ago: people are not woken again for another \d+ min/,
  );
});

test('after five minutes it is over: the services are told, the buttons are gone, and no incident was opened', async () => {
  await clock.move(5 * MINUTE + 1000);
  await expect
    .poll(() => [...duty.alerts.values()].map(({ status }) => status), { timeout: PATIENCE_MS })
    .toEqual(['resolved']);
  await result(/1 answer.*over/s);
  await expect
    .poll(() => direct(PEOPLE.omar).map(words).join(), { timeout: PATIENCE_MS })
    .toContain('The drill is over');
  await clock.move(10 * MINUTE);
  const client = new pg.Client({ connectionString: world.database.url });
  await client.connect();
  const { rows } = await client.query('SELECT id FROM paksa.incident');
  await client.end();
  expect(rows).toEqual([]);
  expect(direct(PEOPLE.omar).length).toBe(1);
});

test('when somebody else would be woken than was shown, it is shown again', async () => {
  await clock.move(20 * MINUTE);
  const plan = await typed(PEOPLE.bilal, '/paksa ladder drill sandbox level 3');
  await typed(PEOPLE.bilal, `/paksa override primary <@${PEOPLE.ana}> 2h`);
  const again = await pressed(PEOPLE.bilal, plan, 'drill:start');
  expect(words(again)).toMatch(new RegExp(`has changed since.*<@${PEOPLE.ana}>`, 's'));
  expect(words(await pressed(PEOPLE.bilal, again, 'drill:start'))).toContain('DRILL-2 has begun');
  await result(/DRILL-2.*Every page was taken: 1/s);
  expect(direct(PEOPLE.ana).map(words).join()).toContain('on call');
  expect(direct(PEOPLE.ana).filter((message) => words(message).includes('DRILL')).length).toBe(1);
});

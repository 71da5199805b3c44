/** `/paksa ladder check` against Slack as it answers: what somebody changed there is found, and what cannot be asked is not healthy. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNELS, GROUPS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { ROUTING_KEY, startPagerDuty } from '../harness/paging/pagerduty.ts';
import { createWorld, type World } from '../harness/world.ts';

const HOUR = 3_600_000;

let world: World;
let duty: Awaited<ReturnType<typeof startPagerDuty>>;
beforeAll(async () => {
  duty = await startPagerDuty();
  world = await createWorld({
    configure: (yaml) =>
      `${yaml.replace('delay: 30s', 'delay: 30s\n      pagers: [slack, duty]')}\npagers: { duty: { kind: pagerduty, url: "${duty.url}", routingKeyEnv: DUTY_KEY } }\n`,
    variables: { DUTY_KEY: ROUTING_KEY },
  });
  await world.startBot();
});
afterAll(async () => {
  await world.close();
  await duty.stop();
});

/** What Ana is told, as words. */
async function checked(line = '/paksa ladder check'): Promise<string> {
  const { workspace } = world;
  const before = new Set(workspace.ephemerals(PEOPLE.ana).map(({ ts }) => ts));
  await workspace.as(PEOPLE.ana).command(CHANNELS.operations, line);
  const answer = await workspace.waitForMessage(
    ({ ephemeralFor, ts }) => ephemeralFor === PEOPLE.ana && !before.has(ts),
    20_000,
  );
  return workspace.readable(answer);
}

test('all is well: the verdict, each page with its time, and nobody is woken', async () => {
  const told = await checked();
  expect(told).toContain('Every level reaches somebody, now and within 14 days');
  expect(told).toMatch(
    /`00:01` level 1 .*`00:01:30` level 2 .*`00:02` level 3 .*`00:02:30` level 4 .*`00:03` 🆘/s,
  );
  expect(told).toContain('takes events with this key');
  expect([...duty.alerts.keys()]).toEqual([]);
  expect(world.workspace.messages().filter(({ byBot }) => byBot)).toEqual([]);
});

test('what was changed in Slack is found, the worst first', async () => {
  const { change } = world.workspace;
  const now = Math.floor(Date.now() / 1000) * 1000;
  change.user(PEOPLE.sana, { isDeactivated: true });
  change.group(GROUPS.devops, { users: [] });
  change.channel(CHANNELS.incidents, { isArchived: true });
  change.user(PEOPLE.ext, { isGuest: true });
  change.user(PEOPLE.omar, { quiet: { from: now - HOUR, to: now + HOUR + 61_000 } });
  const told = await checked('/paksa ladder');
  expect(told).toMatch(/problems: pages would be lost/);
  for (const words of [
    /🔴 \*?Level 3.*reaches nobody at any time/,
    new RegExp(`🔴 .*<@${PEOPLE.sana}> is deactivated`),
    new RegExp(`🔴 .*<!subteam\\^${GROUPS.devops}> has no members`),
    new RegExp(`🔴 .*<#${CHANNELS.incidents}> is archived`),
    /🔴 .*Level 2.*wakes nobody from/,
    new RegExp(`🟡 .*<@${PEOPLE.ext}> is a guest`),
    new RegExp(`🟡 .*<@${PEOPLE.omar}> is in do-not-disturb until`),
  ])
    expect(told).toMatch(words);
  expect(told.indexOf('🟡')).toBeGreaterThan(told.lastIndexOf('🔴 *Level'));
  change.user(PEOPLE.sana, { isDeactivated: false });
  change.group(GROUPS.devops, { users: [PEOPLE.omar] });
  change.channel(CHANNELS.incidents, { isArchived: false });
  change.user(PEOPLE.ext, { isGuest: false });
  change.user(PEOPLE.omar, { quiet: { from: 0, to: 0 } });
  expect(await checked()).toContain('Every level reaches somebody');
});

test('a Slack that asks to wait is waited for; one that fails leaves it unknown; a pager that is away is a problem', async () => {
  const { workspace } = world;
  workspace.failNext('users.info', { status: 429, retryAfter: 1 }, 2);
  expect(await checked()).toContain('Every level reaches somebody');
  workspace.failNext('dnd.info', { error: 'missing_scope' }, 10);
  const unknown = await checked();
  expect(unknown).toContain('Not everything could be looked at');
  expect(unknown).toMatch(/⚪ .*could not look at .*missing_scope; the app lacks a scope/);
  duty.failNext({ status: 500 });
  expect(await checked()).toMatch(
    /🔴 .*duty\*? does not answer: PagerDuty did not say whether it knows the key \(500\)/,
  );
});

test.each([
  ['/paksa ladder check sandbx', 'Did you mean “sandbox”?'],
  ['/paksa ladder climb', 'Type `/paksa ladder check`'],
  ['/paksa ladder drill level none', 'Which level?'],
])('%s: %s', async (line, words) => {
  expect(await checked(line)).toContain(words);
});

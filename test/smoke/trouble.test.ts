/** What goes wrong around the bot: two decisions at once, a state that moved on, Slack losing answers, asking to wait, or away. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { openPool } from '../../src/store/pool.ts';
import { createStore } from '../../src/store/store.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, renewalRequested, toldAlone } from './drive.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({
    configure: (yaml) =>
      yaml
        .replace('firstPageAfter: 1m', 'firstPageAfter: 1h')
        .replaceAll('delay: 30s', 'delay: 1h')
        .replace(`- user: ${PEOPLE.bilal}`, `- user: ${PEOPLE.bilal}\n    - user: ${PEOPLE.sana}`),
  });
  await world.startBot();
});
afterAll(() => world.close());

/** Each test begins with everything mended and no incident open. */
beforeEach(async () => {
  const { workspace, stack } = world;
  await stack.inject('mend');
  const before = workspace.messages(CHANNELS.operations).length;
  await workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
  await expect
    .poll(
      () =>
        workspace
          .messages(CHANNELS.operations)
          .slice(before)
          .some(
            (message) =>
              /healthy( again)?:?/.test(workspace.readable(message)) &&
              /checks in/.test(workspace.readable(message)),
          ),
      { timeout: 60_000 },
    )
    .toBe(true);
});

const events = async (incident: string) => {
  const pool = openPool(world.database.url, () => undefined);
  const log = await createStore(pool, async () => undefined).log(incident);
  await pool.end();
  return log.map(({ happening }) => happening.type);
};

const idOf = (text: string): string => /INC-\d+/.exec(text)?.[0] ?? '';
const latestCard = () =>
  world.workspace
    .messages(CHANNELS.operations)
    .filter((message) => message.threadTs === undefined && /opened/.test(world.workspace.readable(message)))
    .at(-1);

test('two people approve at once: one attempt, and the second is told who was first', async () => {
  const { workspace } = world;
  const card = await renewalRequested(world);
  await Promise.all(
    [PEOPLE.bilal, PEOPLE.sana].map((user) => workspace.as(user).click(card, 'approve:renew')),
  );
  await cardReading(world, 'worked and was verified');
  const told = await workspace.waitForMessage(
    (message) => message.ephemeralFor !== undefined && workspace.readable(message).includes('already'),
    20_000,
  );
  expect(workspace.readable(told)).toMatch(new RegExp(`${PEOPLE.bilal}|${PEOPLE.sana}`));
  const log = await events(idOf(workspace.readable(card)));
  expect(log.filter((type) => type === 'approved')).toEqual(['approved']);
  expect(log.filter((type) => type === 'started')).toEqual(['started']);
});

test('each payload twice: everything happens once', async () => {
  const { workspace } = world;
  workspace.duplicateNext(3);
  const card = await renewalRequested(world);
  await workspace.as(PEOPLE.bilal).click(card, 'approve:renew');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('was verified');
  const log = await events(idOf(workspace.readable(card)));
  for (const type of ['opened', 'fix-requested', 'approved', 'started'])
    expect(log.filter((each) => each === type)).toEqual([type]);
});

test('what was previewed has moved on: the approval counts for nothing, and the new preview waits for a new click', async () => {
  const { workspace, stack } = world;
  const card = await renewalRequested(world);
  // Somebody else replaces the certificate between the preview and the decision.
  await stack.inject('wrong-name');
  await workspace.as(PEOPLE.bilal).click(card, 'approve:renew');
  const again = await workspace.waitForMessage(
    (message) => message.ts === card.ts && workspace.readable(message).includes('old.paksa.local →'),
    20_000,
  );
  expect(await events(idOf(workspace.readable(card)))).not.toContain('started');
  // The old button is void.
  await workspace.as(PEOPLE.bilal).click({ channel: again.channel, ts: again.ts }, 'approve:renew');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('was verified');
});

test('a fix that fails pages level 1, and level 1 may then decide', async () => {
  const { workspace, stack } = world;
  const card = await renewalRequested(world);
  await stack.inject('renewal-fails');
  await workspace.as(PEOPLE.bilal).click(card, 'approve:renew');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('did not help');
  await pageTo(world, PEOPLE.dana);
  await stack.inject('mend');
  await stack.inject('expired');
  await workspace.as(PEOPLE.ana).click(card, 'fix:renew');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('Approve');
  await workspace.as(PEOPLE.dana).click(card, 'approve:renew');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('was verified');
});

test('a denial keeps its reason and pages; a withdrawal does not', async () => {
  const { workspace } = world;
  const card = await renewalRequested(world);
  await workspace.as(PEOPLE.bilal).click(card, 'deny:renew');
  const modal = await workspace.waitForView(PEOPLE.bilal);
  await workspace.as(PEOPLE.bilal).submit(modal.id, { reason: 'not before the release' });
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('not before the release');
  expect(workspace.readable(latestCard() ?? card)).toContain('Level 1');

  await workspace.as(PEOPLE.ana).click(card, 'fix:renew');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('Approve');
  await workspace.as(PEOPLE.ana).click(card, 'deny:renew');
  const second = await workspace.waitForView(PEOPLE.ana);
  await workspace.as(PEOPLE.ana).submit(second.id);
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('withdrawn');
  expect(workspace.readable(latestCard() ?? card)).toContain('Level 1');
});

test('Slack takes a message and loses the answer: it is found again, not posted twice', async () => {
  const { workspace } = world;
  workspace.failNext('chat.postMessage', { dropAnswer: true }, 2);
  const card = await brokenAndDiagnosed(world);
  await workspace.as(PEOPLE.ana).click(card, 'escalate');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('has been paged');
  const ids = workspace
    .messages()
    .filter(({ byBot }) => byBot)
    .flatMap(({ metadata }) => (metadata ? [JSON.stringify(metadata)] : []));
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
});

test('Slack asks to wait, fails, and is away for a while: what is owed arrives, once', {
  timeout: 120_000,
}, async () => {
  const { workspace } = world;
  workspace.failNext('chat.postMessage', { status: 500 }, 2);
  workspace.failNext('chat.update', { status: 429, retryAfter: 1 }, 2);
  const card = await brokenAndDiagnosed(world);
  const pages = workspace.messages(`D${PEOPLE.dana.slice(1)}`).length;
  await workspace.as(PEOPLE.ana).click(card, 'escalate');
  workspace.offline(true);
  await workspace.waitForConnections(0, 20_000);
  workspace.offline(false);
  await workspace.waitForConnections(2, 60_000);
  await expect.poll(() => workspace.messages(`D${PEOPLE.dana.slice(1)}`).length).toBe(pages + 1);
  await world.stack.inject('mend');
  await workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
  await expect.poll(() => workspace.readable(latestCard() ?? card)).toContain('Resolved');
});

test('a stranger is told alone who may, and a wrong word gets the nearest', async () => {
  const { workspace } = world;
  const card = await renewalRequested(world);
  await workspace.as(PEOPLE.ext).click(card, 'approve:renew');
  expect(workspace.readable(await toldAlone(world, PEOPLE.ext, 'not among the approvers'))).toContain(
    PEOPLE.bilal,
  );
  await workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa “Diagnos” SSL');
  await toldAlone(world, PEOPLE.ana, 'Did you mean “/paksa diagnose ssl”?');
});

/** The whole way, over a socket and over HTTP: looked, proposed, decided by somebody else, run, verified, undone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, texts, toldAlone } from './drive.ts';

describe.each([{ http: false }, { http: true }])('over %o', ({ http }) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ http });
    await world.startBot();
  });
  afterAll(() => world.close());

  test('a healthy server opens no incident', async () => {
    const answer = await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
    expect(answer.ok).toBe(true);
    const card = await world.workspace.waitForMessage((message) =>
      world.workspace.readable(message).includes('9 checks healthy'),
    );
    expect(world.workspace.readable(card)).not.toContain('INC-');
  });

  test('an expired certificate is found, renewed by decision of somebody else, verified and undone', async () => {
    const { workspace, stack } = world;
    const card = await brokenAndDiagnosed(world);
    expect(workspace.readable(card)).toContain('expired on');
    const before = (await stack.state()).summary;

    await workspace.as(PEOPLE.ana).click(card, 'fix:renew');
    const previewed = await cardReading(world, 'Approve');
    expect(workspace.readable(previewed)).toContain('90 days from now');

    await workspace.as(PEOPLE.ana).click(previewed, 'approve:renew');
    const alone = await toldAlone(world, PEOPLE.ana, 'somebody else decides');
    expect(workspace.readable(alone)).toContain(PEOPLE.bilal);

    await workspace.as(PEOPLE.bilal).click(previewed, 'approve:renew');
    const verified = await cardReading(world, 'worked and was verified');
    expect(workspace.readable(verified)).toContain('Resolved');
    expect(await stack.state()).toMatchObject({ healthy: true });

    await workspace.as(PEOPLE.bilal).click(verified, 'undo:renew');
    const undone = await cardReading(world, 'was undone');
    expect((await stack.state()).summary).toBe(before);
    expect(workspace.readable(undone)).toContain('Nobody has acknowledged yet');

    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(
        /Opened[\s\S]*asked for[\s\S]*approved[\s\S]*kept[\s\S]*verified[\s\S]*asked to undo[\s\S]*verified/,
      );
  });

  test('it is resolved once it is healthy again, however that came about', async () => {
    await world.stack.inject('mend');
    await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
    const card = await cardReading(world, 'Resolved');
    expect(world.workspace.readable(card)).toContain('INC-1');
    await world.workspace.waitForMessage((message) =>
      world.workspace.readable(message).includes('healthy again'),
    );
  });
});

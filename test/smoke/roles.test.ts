/** Roles, as Slack's members, groups and addresses are at the click: who may look, ask, and approve which fix. */
import { afterEach, expect, test } from 'vitest';
import { CHANNELS, GROUPS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, toldAlone } from './drive.ts';

const { ana, bilal, ext, sana } = PEOPLE;

let world: World;
afterEach(() => world.close());

/** Eva is on no ladder; nobody approves everything. */
async function begin(roles: string): Promise<World> {
  const configure = (yaml: string) =>
    yaml
      .replace(`        - user: ${ext}\n`, '')
      .replace(`    - user: ${bilal}\n`, '')
      .replace('approvers:\n', 'approvers: []\n')
      .concat('roles:\n', roles);
  world = await createWorld({ configure });
  await world.startBot();
  return world;
}

test('who is no viewer may not look, nor see what is open; who may is named', async () => {
  const { workspace } = await begin(`  - { role: viewer, to: { domain: elsewhere.example } }
  - { role: responder, to: { user: ${ana} } }
`);
  const says = (line: string) => workspace.as(ext).command(CHANNELS.operations, line);
  await brokenAndDiagnosed(world);
  await says('/paksa diagnose ssl');
  const told = await toldAlone(world, ext, 'not a viewer here');
  expect(workspace.readable(told)).toContain('everybody of @elsewhere.example');
  await says('/paksa status');
  expect(workspace.readable(await toldAlone(world, ext, 'No incident is open'))).not.toContain('INC-');
  await says('/paksa postmortem INC-1');
  await toldAlone(world, ext, 'ask somebody who is on the ladder');
});

test('a viewer by their address looks, and does not ask; an approver of the fix, by their group, approves it', async () => {
  const { workspace } = await begin(`  - { role: viewer, to: { domain: paksa.example } }
  - { role: responder, to: { user: ${ana} } }
  - { role: approver, to: { usergroup: ${GROUPS.architects} }, topics: [ssl], fixes: [renew] }
`);
  const card = await brokenAndDiagnosed(world);
  await workspace.as(ext).command(CHANNELS.operations, '/paksa status');
  await toldAlone(world, ext, 'INC-1');
  await workspace.as(ext).click(card, 'fix:renew');
  await toldAlone(world, ext, 'not a responder here');

  await workspace.as(ana).click(card, 'fix:renew');
  const previewed = await cardReading(world, 'Approve');
  await workspace.as(bilal).click(previewed, 'approve:renew');
  await toldAlone(world, bilal, 'not among the approvers');
  await workspace.as(sana).click(previewed, 'approve:renew');
  await cardReading(world, 'worked and was verified');
});

test('whoever asks without end is told so once, and keeps nobody else waiting', async () => {
  const { workspace } = await begin(`  - { role: responder, to: { user: ${ana} } }\n`);
  for (let asked = 0; asked < 70; asked += 1)
    await workspace.as(ext).command(CHANNELS.operations, '/paksa status');
  await toldAlone(world, ext, 'You ask faster than I answer');
  await workspace.as(ana).command(CHANNELS.operations, '/paksa status');
  await toldAlone(world, ana, 'No incident is open');
});

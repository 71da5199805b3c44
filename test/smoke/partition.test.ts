/**
 * Three replicas, each by a road of its own to PostgreSQL. Whichever has the work in hand is cut off in the middle of it:
 * another one ends it, nothing is done twice, and the one that was cut off goes on when its road is mended.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { type Cut, type Cuttable, startCuttable } from '../harness/cuttable.ts';
import { heldAt, letGo } from '../harness/held.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo } from './drive.ts';

/** Not how long it takes (docs/bench-crash.md): how long this machine may be busy with something else. */
const PATIENCE_MS = 60_000;
/** What it still had in hand ends first, and others are waited for. */
const BACK_MS = 90_000;

let world: World;
let folder: string;
const replicas: { readonly port: number; readonly pid: number | undefined; readonly road: Cuttable }[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paksa-held-'));
  world = await createWorld({
    configure: (yaml) =>
      yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h').replaceAll('delay: 30s', 'delay: 1h'),
    variables: { HOLD_AT: 'preview-drawn,acted,page-sent', HOLD_IN: folder, LOG_LEVEL: 'warn' },
  });
  for (const _ of [1, 2, 3]) {
    const road = await startCuttable(world.database.url);
    replicas.push({ road, ...(await world.startBot({ variables: { DATABASE_URL: road.url } })) });
  }
  await world.workspace.waitForConnections(6, PATIENCE_MS);
}, 240_000);
afterAll(async () => {
  await world.close();
  for (const { road } of replicas) await road.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Cuts off whoever stands at this step, lets it go on, and resolves when what it leads to is seen, then mends its road. */
async function cutAt(step: string, how: Cut, seen: () => Promise<unknown>): Promise<void> {
  await expect.poll(() => heldAt(step, folder), { timeout: PATIENCE_MS }).toBeDefined();
  const cutOff = replicas.find(({ pid }) => pid === heldAt(step, folder));
  cutOff?.road.cut(how);
  letGo(step, folder);
  const began = performance.now();
  await seen();
  process.stdout.write(
    `  taken over at “${step}”, ${how}: ${((performance.now() - began) / 1000).toFixed(1)} s\n`,
  );
  cutOff?.road.mend();
  // Not only able to do without: it has the database again, with all that happened meanwhile.
  const state = async () =>
    ((await (await fetch(`http://127.0.0.1:${cutOff?.port}/readyz`)).json()) as { status: string }).status;
  await expect.poll(state, { timeout: BACK_MS }).toBe('ready');
}

async function count(type: string): Promise<number> {
  const client = new pg.Client({ connectionString: world.database.url });
  await client.connect();
  const { rowCount } = await client.query('SELECT 1 FROM paksa.event WHERE type = $1', [type]);
  await client.end();
  return rowCount ?? 0;
}

test('a preview, a fix and a page are ended by another one, once', { timeout: 400_000 }, async () => {
  const { workspace } = world;
  const card = await brokenAndDiagnosed(world);
  await workspace.as(PEOPLE.ana).click(card, 'fix:renew');
  await cutAt('preview-drawn', 'swallowed', () => cardReading(world, 'Approve', PATIENCE_MS));
  expect(await count('previewed')).toBe(1);

  await workspace.as(PEOPLE.bilal).click(await cardReading(world, 'Approve'), 'approve:renew');
  await cutAt('acted', 'swallowed', () => cardReading(world, 'worked and was verified', PATIENCE_MS));
  expect([await count('started'), await count('verified')]).toEqual([1, 1]);

  await workspace.as(PEOPLE.bilal).click(await cardReading(world, 'verified'), 'undo:renew');
  const undone = await cardReading(world, 'was undone', PATIENCE_MS);
  await workspace.as(PEOPLE.ana).click(undone, 'escalate');
  await cutAt('page-sent', 'broken', () => cardReading(world, 'has been paged', PATIENCE_MS));
  await pageTo(world, PEOPLE.dana);
  await expect.poll(() => count('page-sent'), { timeout: PATIENCE_MS }).toBe(1);
  expect(workspace.messages(`D${PEOPLE.dana.slice(1)}`).length).toBe(1);

  // The three of them, none started again, go on.
  await workspace.as(PEOPLE.dana).click(await cardReading(world, 'has been paged'), 'acknowledge');
  await cardReading(world, /Acknowledged\*? by/, PATIENCE_MS);
  const posted = workspace
    .messages()
    .filter(({ byBot }) => byBot)
    .map(({ metadata }) => JSON.stringify(metadata));
  expect(new Set(posted).size).toBe(posted.length);
});

/**
 * Three replicas are replaced one by one by another version, which has more tables, another kind of task, and fewer topics.
 * Work, clicks and alerts go on meanwhile: nothing is lost, and nothing is done twice.
 */
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { notification, send, withAlerts } from './alert-sender.ts';
import { brokenAndDiagnosed, cardReading, pageTo } from './drive.ts';

const PATIENCE_MS = 60_000;
const NEXT = { TEST_TOPICS: new URL('sample-topics.ts', import.meta.url).href };

type Bot = Awaited<ReturnType<World['startBot']>>;
let world: World;
let client: pg.Client;
const up: Bot[] = [];
beforeAll(async () => {
  const alerts = withAlerts();
  world = await createWorld({
    ...alerts,
    configure: (yaml) => (alerts.configure?.(yaml) ?? yaml).replaceAll('delay: 30s', 'delay: 1h'),
  });
  up.push(...(await Promise.all([world.startBot(), world.startBot(), world.startBot()])));
  client = new pg.Client({ connectionString: world.database.url });
  await client.connect();
}, 240_000);
afterAll(async () => {
  await client.end();
  await world.close();
});

/** What the next version's first process does to the database: the older ones have to live with it. */
async function migrateOn(): Promise<string | null> {
  await client.query(`ALTER TABLE paksa.incident ADD COLUMN next_version text NOT NULL DEFAULT 'new'`);
  await client.query('ALTER TABLE paksa.event ADD COLUMN next_version jsonb');
  await client.query(`INSERT INTO paksa.migration (name) VALUES ('9999-next-version.sql')`);
  const boss = new PgBoss({ connectionString: world.database.url });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue('of-the-next-version');
  const id = await boss.send('of-the-next-version', { task: 'of-the-next-version' });
  await boss.stop();
  return id;
}

/** Sends alerts, each until one of those that are up has taken it, until it is stopped. */
function keepSending() {
  const sent: string[] = [];
  let isOver = false;
  const loop = (async () => {
    while (!isOver) {
      const fingerprint = `during the roll ${sent.length}`;
      const body = notification({ fingerprint });
      for (let tries = 0; ; tries += 1) {
        const port = up[tries % up.length]?.port ?? 0;
        const answer = await send(port, 'alertmanager', body).catch(() => undefined);
        if (answer?.status === 200) break;
      }
      sent.push(fingerprint);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await loop;
      return sent;
    },
  };
}

/** Asks the oldest to end while something is done, and starts the next version in its place. */
async function replaceOne(meanwhile: () => Promise<unknown>): Promise<void> {
  const [oldest] = up;
  const ended = oldest?.stop();
  await meanwhile();
  expect(await ended).toEqual({ code: 0, signal: null });
  up.shift();
  up.push(await world.startBot({ variables: NEXT }));
}

test('what is under way goes on, and alerts are taken in by whoever is up', {
  timeout: 400_000,
}, async () => {
  const { workspace } = world;
  await workspace.waitForConnections(6, PATIENCE_MS);
  const card = await brokenAndDiagnosed(world);
  const newer = await migrateOn();
  const sending = keepSending();
  const click = (user: string, on: typeof card, what: string) => workspace.as(user).click(on, what);

  await replaceOne(async () => {
    await click(PEOPLE.ana, card, 'fix:renew');
    await cardReading(world, 'Approve', PATIENCE_MS);
  });
  await replaceOne(async () => {
    await click(PEOPLE.bilal, await cardReading(world, 'Approve'), 'approve:renew');
    await cardReading(world, 'worked and was verified', PATIENCE_MS);
  });
  await replaceOne(async () => {
    await click(PEOPLE.bilal, await cardReading(world, 'verified'), 'undo:renew');
    await click(PEOPLE.ana, await cardReading(world, 'was undone', PATIENCE_MS), 'escalate');
    await pageTo(world, PEOPLE.dana, PATIENCE_MS);
  });

  const sent = await sending.stop();
  expect(sent.length).toBeGreaterThan(3);
  const kept = await client.query<{ fingerprint: string }>('SELECT fingerprint FROM paksa.alert');
  const fingerprints = new Set(kept.rows.map(({ fingerprint }) => fingerprint));
  expect(sent.filter((fingerprint) => !fingerprints.has(fingerprint))).toEqual([]);

  const { rows } = await client.query<{ type: string }>('SELECT type FROM paksa.event');
  const times = (type: string) => rows.filter((row) => row.type === type).length;
  expect(['fix-requested', 'approved', 'escalated', 'page-sent'].map(times)).toEqual([1, 1, 1, 1]);
  // The fix, and its undo.
  expect(['started', 'verified'].map(times)).toEqual([2, 2]);
  const open = await client.query('SELECT 1 FROM paksa.receipt WHERE done_at IS NULL');
  expect(open.rowCount).toBe(0);
  const waiting = await client.query('SELECT state FROM pgboss.job WHERE id = $1', [newer]);
  expect(waiting.rows).toEqual([{ state: 'created' }]);
});

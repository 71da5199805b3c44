/**
 * The process is killed between every two steps of deciding, acting, verifying, going through a procedure, merging, and making a
 * channel, and started again. Nobody presses anything twice: nothing is lost, and nothing happens twice. Pages: crash-matrix.test.ts.
 */
import pg from 'pg';
import { describe, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import type { CheckpointName } from '../../src/engine/ports.ts';
import { DEATHS } from '../crash/deaths.ts';
import { untilIdle } from '../harness/clock.ts';
import { createWorld, type World, type WorldOptions } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo } from './drive.ts';

/** A dead worker's task is taken over after its heartbeat, 10 s, and the look for such, every 2 s. */
const TAKEOVER_MS = 60_000;

/** What was cut off before it acted has not helped. */
const BEFORE_IT_ACTED: ReadonlySet<CheckpointName> = new Set(['started', 'captured']);

/** A world whose bot dies once at that step, and is started again as an orchestrator would. */
async function mortal(dieAt: CheckpointName, options: WorldOptions) {
  const world = await createWorld(options);
  const first = await world.startBot({ dieAt });
  const restarted = first.exited.then(async ({ signal }) => {
    if (signal !== 'SIGKILL') throw new Error(`it did not die at “${dieAt}”: ${signal}`);
    return world.startBot();
  });
  // Judged where it is awaited.
  restarted.catch(() => undefined);
  return { world, restarted };
}

/** People press a button when they see one, and that takes a connected bot: with both of its connections. */
const connected = ({ workspace }: World) => workspace.waitForConnections(2, TAKEOVER_MS);

/** How often each kind of event happened, what was received and not worked on, and what people saw twice. */
async function settled({ database, workspace }: World, types: readonly string[]) {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await untilIdle(client);
  const { rows: events } = await client.query<{ type: string }>('SELECT type FROM paksa.event');
  const { rows: open } = await client.query('SELECT id FROM paksa.receipt WHERE done_at IS NULL');
  await client.end();
  const posted = workspace
    .messages()
    .filter(({ byBot, ephemeralFor }) => byBot && ephemeralFor === undefined)
    .map(({ metadata }) => JSON.stringify(metadata));
  return {
    counts: types.map((type) => events.filter((event) => event.type === type).length),
    open: open.length,
    postedTwice: posted.length - new Set(posted).size,
  };
}

describe.concurrent('killed while a fix is under way', () => {
  test.for(DEATHS.fix)('at “%s”', { timeout: 240_000 }, async (dieAt, { expect }) => {
    const end = BEFORE_IT_ACTED.has(dieAt) ? 'did not help' : 'worked and was verified';
    const { world, restarted } = await mortal(dieAt, {
      configure: (yaml) => yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h'),
    });
    try {
      const serial = async () =>
        /serial ([0-9A-F]+)|until (\S+)/.exec((await world.stack.state()).summary)?.[0];
      await world.stack.inject('expired');
      const before = await serial();
      await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa diagnose ssl');
      const card = await cardReading(world, 'Renew the certificate…', TAKEOVER_MS);
      await connected(world);
      await world.workspace.as(PEOPLE.ana).click(card, 'fix:renew');
      const previewed = await cardReading(world, 'Approve', TAKEOVER_MS);
      await connected(world);
      await world.workspace.as(PEOPLE.bilal).click(previewed, 'approve:renew');
      await cardReading(world, end, TAKEOVER_MS);
      await restarted;

      const once = ['opened', 'fix-requested', 'approved', 'started', 'verified'];
      await expect
        .poll(() => settled(world, once), { timeout: TAKEOVER_MS })
        .toEqual({ counts: once.map(() => 1), open: 0, postedTwice: 0 });
      expect((await serial()) === before).toBe(end === 'did not help');
    } finally {
      await world.close();
    }
  });
});

describe.concurrent('killed while a procedure is gone through', () => {
  test.for(DEATHS.procedure)('at “%s”', { timeout: 240_000 }, async (dieAt, { expect }) => {
    const { world, restarted } = await mortal(dieAt, {
      topics: new URL('sample-topics.ts', import.meta.url),
      configure: (yaml) => yaml.replaceAll('delay: 30s', 'delay: 1h'),
    });
    try {
      await world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, '/paksa emergency ssl');
      for (const [words, step] of [
        ['Step 4 of 7', 'tick:tell'],
        ['Step 5 of 7', 'tick:authority'],
      ] as const) {
        const card = await cardReading(world, words, TAKEOVER_MS);
        await connected(world);
        await world.workspace.as(PEOPLE.ana).click(card, step);
      }
      await cardReading(world, 'gone through to its end', TAKEOVER_MS);
      await pageTo(world, PEOPLE.dana, TAKEOVER_MS);
      await restarted;

      const types = ['procedure-started', 'step-looked', 'step-done', 'page-sent', 'step-failed'];
      await expect
        .poll(() => settled(world, types), { timeout: TAKEOVER_MS })
        .toEqual({ counts: [1, 4, 2, 1, 0], open: 0, postedTwice: 0 });
    } finally {
      await world.close();
    }
  });
});

describe.concurrent('killed while two incidents are merged', () => {
  test.for(DEATHS.merge)('at “%s”', { timeout: 240_000 }, async (dieAt, { expect }) => {
    const world = await createWorld({
      configure: (yaml) => yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h'),
    });
    try {
      const first = await world.startBot({ dieOnceArmed: dieAt });
      await world.workspace.as(PEOPLE.ana).click(await brokenAndDiagnosed(world), 'resolve');
      await cardReading(world, '*Resolved*');
      await brokenAndDiagnosed(world);
      await world.arm();
      await world.workspace
        .as(PEOPLE.ana)
        .command(CHANNELS.operations, '/paksa incident INC-1 merge INC-2')
        .catch(() => undefined);
      expect((await first.exited).signal).toBe('SIGKILL');
      await world.disarm();
      await world.startBot();
      await cardReading(world, /\|INC-1> SSL certificate issues goes on here/, TAKEOVER_MS);

      const types = ['opened', 'merged', 'absorbed', 'refused'];
      await expect
        .poll(() => settled(world, types), { timeout: TAKEOVER_MS })
        .toEqual({ counts: [2, 1, 1, 0], open: 0, postedTwice: 0 });
    } finally {
      await world.close();
    }
  });
});

describe.concurrent('killed while an incident gets a channel of its own', () => {
  test.for(DEATHS.room)(
    'at “%s”: one is made, and nobody is invited twice',
    { timeout: 240_000 },
    async (dieAt, { expect }) => {
      const { world, restarted } = await mortal(dieAt, {
        configure: (yaml) =>
          `${yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h')}rooms: { for: critical }\n`,
      });
      const answered = (method: string) =>
        world.workspace.requests.filter(
          (request) => request.method === method && request.answer?.ok === true,
        );
      try {
        // It may die before its card is there.
        const asked = brokenAndDiagnosed(world).catch(() => undefined);
        await restarted;
        await cardReading(world, 'Its own channel: <#', TAKEOVER_MS);
        await asked;
        await expect
          .poll(() => settled(world, ['opened', 'room-opened']), { timeout: TAKEOVER_MS })
          .toEqual({ counts: [1, 1], open: 0, postedTwice: 0 });
        expect(answered('conversations.create')).toHaveLength(1);
        expect(answered('conversations.invite').map(({ args }) => args.users)).toEqual([PEOPLE.ana]);
      } finally {
        await world.close();
      }
    },
  );
});

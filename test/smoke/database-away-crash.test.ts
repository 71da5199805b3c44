/** The process is killed at every step of working without its database, and started again while that is still away: one page, once. */
import { describe, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import type { CheckpointName } from '../../src/engine/ports.ts';
import { DEATHS } from '../crash/deaths.ts';
import { preparedDatabase } from '../harness/database.ts';
import { openLine } from '../harness/line.ts';
import { execute } from '../harness/postgres-server.ts';
import { createWorld } from '../harness/world.ts';
import { brokenAndDiagnosed, cardReading, pageTo, texts } from './drive.ts';

const PATIENCE_MS = 90_000;

const BEFORE_THE_CLICK: readonly CheckpointName[] = ['timer-fired', 'message-posted', 'page-recorded'];
const BACK: readonly CheckpointName[] = DEATHS.back;

describe.concurrent('killed without the database', () => {
  test.for([...DEATHS.away, ...DEATHS.back])(
    'at “%s”',
    { timeout: 300_000 },
    async (dieOnceArmed, { expect }) => {
      const database = await preparedDatabase();
      const line = await openLine(database.url);
      const world = await createWorld({
        database: { ...database, url: line.url },
        configure: (yaml) =>
          yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 5s').replaceAll('delay: 30s', 'delay: 1h'),
      });
      try {
        const first = await world.startBot({ dieOnceArmed });
        const restarted = first.exited.then(async ({ signal }) => {
          if (signal !== 'SIGKILL') throw new Error(`it did not die at “${dieOnceArmed}”: ${signal}`);
          await world.disarm();
          return world.startBot();
        });
        // Judged where it is awaited.
        restarted.catch(() => undefined);
        const card = await brokenAndDiagnosed(world);
        line.cut();
        const isBack = BACK.includes(dieOnceArmed);
        if (!isBack) await world.arm();
        const page = await pageTo(world, PEOPLE.dana, PATIENCE_MS);
        // A click on a process that is about to die is answered by Slack, not by Paksa.
        if (BEFORE_THE_CLICK.includes(dieOnceArmed)) await restarted;
        await world.workspace.waitForConnections(2, PATIENCE_MS);
        await world.workspace.as(PEOPLE.dana).click(page, 'acknowledge');
        await expect
          .poll(() => texts(world, card).join('\n'), { timeout: PATIENCE_MS })
          .toContain('the ladder is stopped');
        if (isBack) await world.arm();
        line.restore();
        await restarted;
        await cardReading(world, 'Acknowledged', PATIENCE_MS);
        await expect
          .poll(() => texts(world, card).join('\n'), { timeout: PATIENCE_MS })
          .toMatch(/(1|no) page went out from memory/);

        const rows = await execute<{ type: string }>(
          database.url,
          "SELECT type FROM paksa.event WHERE type <> 'opened' ORDER BY seq",
        );
        const types = rows.map(({ type }) => type);
        expect([types.at(0), types.at(-1)]).toEqual(['timer-due', 'caught-up']);
        // Whoever is quick answers before it is written down that the page has arrived: it counts as dropped where the process
        // dies in between.
        expect(types.slice(1, -1).sort()).toEqual([
          'acknowledged',
          expect.stringMatching(/^page-(sent|dropped)$/),
        ]);
        expect(world.workspace.messages(page.channel).length).toBe(1);
      } finally {
        await world.close();
        await line.close();
      }
    },
  );
});

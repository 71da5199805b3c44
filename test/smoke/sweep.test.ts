/** Whatever becomes of the queue: a ladder whose timers are gone is found and climbs, and the outside monitor hears of it. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { serveHttp } from '../harness/http-server.ts';
import { createWorld } from '../harness/world.ts';
import { brokenAndDiagnosed, pageTo } from './drive.ts';

test('timers that are gone from the queue: the page comes, and so does the heartbeat', async () => {
  let beats = 0;
  const monitor = await serveHttp((_, response) => {
    beats += 1;
    response.end();
  });
  const world = await createWorld({
    configure: (yaml) =>
      `${yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 5s')}\nheartbeat:\n  urlEnv: MONITOR_URL\n  every: 10s\n`,
    variables: { MONITOR_URL: `${monitor.url}/beat` },
  });
  const client = new pg.Client({ connectionString: world.database.url });
  try {
    await world.startBot();
    await expect.poll(() => beats).toBeGreaterThan(0);
    await client.connect();
    // As if the queue lost whatever is put into it for later.
    await client.query(`
      CREATE FUNCTION public.lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER lose BEFORE INSERT ON pgboss.job FOR EACH ROW WHEN (NEW.name = 'timer') EXECUTE FUNCTION public.lose();
    `);
    await brokenAndDiagnosed(world);
    await pageTo(world, PEOPLE.dana);
    const { rows } = await client.query<{ timers: string }>(
      `SELECT count(*) AS timers FROM pgboss.job WHERE name = 'timer'`,
    );
    expect(rows).toEqual([{ timers: '0' }]);
  } finally {
    await client.end();
    await world.close();
  }
});

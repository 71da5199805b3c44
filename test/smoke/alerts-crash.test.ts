/**
 * The process is killed after it kept alerts and before it said so, and after it worked on them.
 * Whoever sends does as Alertmanager: what was not answered with 200 is sent again. Nothing is lost, and nothing opens twice.
 */
import pg from 'pg';
import { describe, type ExpectStatic, test } from 'vitest';
import { CHANNELS } from '../../sandbox/workspace/people.ts';
import { DEATHS } from '../crash/deaths.ts';
import { untilIdle } from '../harness/clock.ts';
import { freePort } from '../harness/free-port.ts';
import { createWorld, type World } from '../harness/world.ts';
import { notification, type SampleAlert, send, withAlerts } from './alert-sender.ts';
import { cardReading } from './drive.ts';

/** A dead worker's task is taken over after its heartbeat, 10 s, and the look for such, every 2 s. */
const TAKEOVER_MS = 60_000;

/** Sends until it is answered with 200, as Alertmanager does. */
const sendUntilTaken = (expect: ExpectStatic, port: number, ...alerts: readonly SampleAlert[]) =>
  expect
    .poll(() => send(port, 'alertmanager', notification(...alerts)).catch(() => undefined), {
      timeout: TAKEOVER_MS,
      interval: 300,
    })
    .toMatchObject({ status: 200 });

async function counts({ database, workspace }: World) {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await untilIdle(client);
  const { rows } = await client.query<{ type: string }>('SELECT type FROM paksa.event ORDER BY at, seq');
  await client.end();
  const cards = workspace
    .messages(CHANNELS.incidents)
    .filter(({ byBot, threadTs }) => byBot && threadTs === undefined);
  return { events: rows.map(({ type }) => type), cards: cards.length };
}

describe.concurrent('killed, and started again', () => {
  test.for(DEATHS.alerts)('at “%s”', { timeout: 240_000 }, async (dieAt, { expect }) => {
    const port = await freePort();
    const alerts = withAlerts();
    const world = await createWorld({ ...alerts, variables: { ...alerts.variables, PORT: `${port}` } });
    try {
      const first = await world.startBot({ dieAt });
      const restarted = first.exited.then(async ({ signal }) => {
        expect(signal).toBe('SIGKILL');
        return world.startBot();
      });
      await world.stack.inject('expired');
      await sendUntilTaken(expect, port, {}, { name: 'CertificateChain' });
      await cardReading(world, /2 alerts fire[\s\S]*expired on/, TAKEOVER_MS);
      await restarted;
      await world.stack.inject('mend');
      const ended = { status: 'resolved' } as const;
      await sendUntilTaken(expect, port, ended, { name: 'CertificateChain', ...ended });
      await cardReading(world, /Resolved.*by Alertmanager/, TAKEOVER_MS);
      await expect
        .poll(() => counts(world), { timeout: TAKEOVER_MS })
        .toEqual({ events: ['opened', 'diagnosed', 'alert-resolved', 'diagnosed'], cards: 1 });
    } finally {
      await world.close();
    }
  });
});

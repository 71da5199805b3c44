/** Alerts open an incident by themselves, with its diagnosis, and take it back once they and the checks agree that it is over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHANNELS } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { notification, type SampleAlert, send, withAlerts } from './alert-sender.ts';
import { cardReading, texts } from './drive.ts';

let world: World;
let port: number;
beforeAll(async () => {
  world = await createWorld(withAlerts());
  ({ port } = await world.startBot());
});
afterAll(() => world.close());

const post = (...alerts: readonly SampleAlert[]) => send(port, 'alertmanager', notification(...alerts));
const resolved = { status: 'resolved' } as const;

describe('an alert about what is broken', () => {
  test('opens an incident with its diagnosis; resolved, Paksa looks again and it is over', async () => {
    await world.stack.inject('expired');
    expect(await post({})).toMatchObject({ status: 200, said: { alerts: 1, unrouted: 0 } });
    const card = await cardReading(world, 'expired on');
    const reads = world.workspace.readable(card);
    expect(card.channel).toBe(CHANNELS.incidents);
    expect(reads).toContain('opened');
    expect(reads).toContain('Alertmanager');
    expect(reads).toContain('CertificateExpiring');
    expect(reads).toContain('The certificate expires soon');
    expect(reads).toContain('Renew the certificate…');

    await world.stack.inject('mend');
    expect(await post(resolved)).toMatchObject({ status: 200 });
    const over = await cardReading(world, 'Resolved');
    expect(world.workspace.readable(over)).toMatch(/Resolved.*by Alertmanager/);
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toMatch(
        /Opened by Alertmanager[\s\S]*Looked: \d problem[\s\S]*no alert fires any more[\s\S]*Resolved\./,
      );
  });
});

describe('an alert that the checks see nothing of', () => {
  test('opens an incident all the same, and says so', async () => {
    expect(await post({ startsAt: '2026-02-01T12:00:00Z' })).toMatchObject({ status: 200 });
    const card = await cardReading(world, 'INC-2');
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toContain('The checks found no problem, but the alert fires');
    const now = world.workspace.readable(await cardReading(world, /INC-2[\s\S]*checks healthy/));
    expect(now).toContain('CertificateExpiring');
    expect(now).toContain('Nobody has acknowledged yet');
  });

  test('another alert of the same topic joins it', async () => {
    expect(
      await post({ name: 'CertificateChain' }, { name: 'CertificateChain', labels: { instance: 'b' } }),
    ).toMatchObject({
      status: 200,
    });
    const card = await cardReading(world, '3 alerts fire');
    expect(world.workspace.readable(card)).toContain('INC-2');
    expect(world.workspace.readable(card)).toContain('CertificateChain 2');
  });

  test('while the checks see a problem, the last alert’s end does not end it', async () => {
    await world.stack.inject('expired');
    const later = { ...resolved, endsAt: '2026-02-01T13:00:00Z' };
    expect(
      await post(
        later,
        { name: 'CertificateChain', ...later },
        { name: 'CertificateChain', labels: { instance: 'b' }, ...later },
      ),
    ).toMatchObject({ status: 200 });
    const card = await cardReading(world, /INC-2[\s\S]*expired on/);
    await expect
      .poll(() => texts(world, card).join('\n'))
      .toContain('the checks still see a problem: it stays open');
    expect(world.workspace.readable(await cardReading(world, 'INC-2'))).not.toContain('Resolved');
  });
});

test('an alert that no route knows is told of once, in the incidents’ channel', async () => {
  const unknown = notification({ name: 'DiskWillFill' });
  expect(await send(port, 'alertmanager', unknown)).toMatchObject({ status: 200, said: { unrouted: 1 } });
  const told = await world.workspace.waitForMessage(
    (message) => world.workspace.readable(message).includes('No route for 1 alert'),
    20_000,
  );
  expect(told.channel).toBe(CHANNELS.incidents);
  expect(world.workspace.readable(told)).toMatch(/DiskWillFill[\s\S]*alerts\.routes/);
});

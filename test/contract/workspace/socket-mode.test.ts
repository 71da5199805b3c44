/** Socket Mode, with Slack's own client at the other end. */
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import type { Workspace } from '../../../sandbox/workspace/server.ts';
import { openWorkspace, socketClient, webClient } from './slack-app.ts';

interface Envelope {
  ack(response?: unknown): Promise<void>;
  envelope_id: string;
  body: Record<string, unknown>;
  retry_num?: number;
  retry_reason?: string;
}

const channel = CHANNELS.operations;

/** A socket without a library: what is on the wire, in order. */
async function rawSocket(workspace: Workspace) {
  const { url = '' } = await webClient(workspace, {}, workspace.appToken).apps.connections.open();
  const socket = new WebSocket(url);
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  await once(socket, 'open');
  await vi.waitFor(() => expect(received).not.toHaveLength(0));
  return { socket, received, url };
}

test('says hello, and takes a ticket once', async () => {
  const workspace = await openWorkspace();
  const { received, url } = await rawSocket(workspace);
  expect(received[0]).toMatchObject({
    type: 'hello',
    num_connections: 1,
    debug_info: { host: expect.any(String) },
    connection_info: { app_id: expect.stringMatching(/^A/) },
  });
  const again = new WebSocket(url);
  const [error] = await once(again, 'error').catch((reason: unknown) => [reason]);
  expect(String(error)).toContain('401');
});

test('pings, and answers pings', async () => {
  const workspace = await openWorkspace();
  const { socket } = await rawSocket(workspace);
  socket.ping('are you there');
  const [data] = await once(socket, 'pong');
  expect(String(data)).toBe('are you there');
});

test('a command arrives in an envelope and is answered by its acknowledgement', async () => {
  const workspace = await openWorkspace();
  const client = await socketClient(workspace);
  client.on('slash_commands', async ({ ack, body }: Envelope) => {
    await ack({ text: `you said ${String(body.text)}`, response_type: 'in_channel' });
  });
  const answer = await workspace.as(PEOPLE.ana).command(channel, '/paksa diagnose   ssl');
  expect(answer).toEqual({ ok: true });
  expect(workspace.messages(channel)).toMatchObject([{ text: 'you said diagnose   ssl' }]);
});

test('nobody there, and nobody answering, are told to the person', async () => {
  const workspace = await openWorkspace({ ackTimeoutMs: 50 });
  const ana = workspace.as(PEOPLE.ana);
  expect(await ana.command(channel, '/paksa')).toEqual({
    ok: false,
    notice: expect.stringContaining('dispatch_failed'),
  });
  await rawSocket(workspace);
  expect(await ana.command(channel, '/paksa')).toEqual({
    ok: false,
    notice: expect.stringContaining('paksa did not respond in time (operation_timeout)'),
  });
});

test('each payload goes to one of the connections', async () => {
  const workspace = await openWorkspace();
  const clients = [await socketClient(workspace), await socketClient(workspace)];
  const counts = [0, 0];
  clients.forEach((client, index) => {
    client.on('slash_commands', async ({ ack }: Envelope) => {
      counts[index] = (counts[index] ?? 0) + 1;
      await ack();
    });
  });
  for (let turn = 0; turn < 4; turn += 1) await workspace.as(PEOPLE.ana).command(channel, '/paksa');
  expect(counts).toEqual([2, 2]);
});

test('no more than ten connections', async () => {
  const workspace = await openWorkspace();
  for (let index = 0; index < 10; index += 1) await rawSocket(workspace);
  const { received } = await rawSocket(workspace);
  expect(received[0]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
  expect(workspace.connections()).toBe(10);
});

describe('redelivery', () => {
  test('the same envelope twice', async () => {
    const workspace = await openWorkspace();
    const client = await socketClient(workspace);
    const seen: string[] = [];
    client.on('slash_commands', async ({ ack, envelope_id }: Envelope) => {
      seen.push(envelope_id);
      await ack();
    });
    workspace.duplicateNext();
    await workspace.as(PEOPLE.ana).command(channel, '/paksa');
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    expect(new Set(seen).size).toBe(1);
  });

  test('to another connection when the first one breaks before it acknowledged', async () => {
    const workspace = await openWorkspace();
    const dying = await rawSocket(workspace);
    const command = workspace.as(PEOPLE.ana).command(channel, '/paksa');
    await vi.waitFor(() => expect(dying.received).toHaveLength(2));
    const other = await rawSocket(workspace);
    dying.socket.terminate();
    await vi.waitFor(() => expect(other.received).toHaveLength(2));
    expect(other.received[1]).toEqual(dying.received[1]);
    other.socket.send(JSON.stringify({ envelope_id: other.received[1]?.envelope_id }));
    expect(await command).toEqual({ ok: true });
  });

  test('an event is tried again with its number and the same id', async () => {
    const workspace = await openWorkspace({ ackTimeoutMs: 30, eventRetryDelaysMs: [0, 10, 10] });
    const client = await socketClient(workspace);
    const seen: Envelope[] = [];
    client.on('app_mention', async (envelope: Envelope) => {
      seen.push(envelope);
      if (seen.length === 3) await envelope.ack();
    });
    await workspace.as(PEOPLE.ana).say(channel, '@paksa help');
    await vi.waitFor(() => expect(seen).toHaveLength(3));
    expect(seen.map(({ retry_num }) => retry_num)).toEqual([0, 1, 2]);
    expect(seen[2]?.retry_reason).toBe('timeout');
    expect(new Set(seen.map(({ body }) => body.event_id)).size).toBe(1);
    expect(seen[0]?.body.event).toMatchObject({
      type: 'app_mention',
      text: `<@${workspace.botUserId}> help`,
      user: PEOPLE.ana,
      channel,
    });
  });
});

describe('refresh', () => {
  test('a warning first, then the end', async () => {
    const workspace = await openWorkspace({ socketWarningMs: 20 });
    const { socket, received } = await rawSocket(workspace);
    workspace.refreshSockets();
    await once(socket, 'close');
    expect(received.slice(1)).toMatchObject([
      { type: 'disconnect', reason: 'warning' },
      { type: 'disconnect', reason: 'refresh_requested' },
    ]);
  });

  test('a client comes back by itself, also after the life of its connection', async () => {
    const workspace = await openWorkspace({ socketLifetimeMs: 300, socketWarningMs: 20 });
    const client = await socketClient(workspace);
    let hellos = 0;
    client.on('connected', () => {
      hellos += 1;
    });
    await vi.waitFor(() => expect(hellos).toBeGreaterThanOrEqual(2), 5000);
  });

  test('and after the workspace was away', async () => {
    const workspace = await openWorkspace();
    const client = await socketClient(workspace);
    client.on('error', () => {});
    workspace.breakSockets();
    await workspace.waitForConnections(0);
    await workspace.waitForConnections(1);
    workspace.offline(true);
    await workspace.waitForConnections(0);
    await expect(webClient(workspace).auth.test()).rejects.toThrow();
    workspace.offline(false);
    expect((await webClient(workspace).auth.test()).ok).toBe(true);
  });
});

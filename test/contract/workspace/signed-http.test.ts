/** The same over signed HTTP requests, with Bolt's own receiver checking them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import { signRequest } from '../../../sandbox/workspace/server.ts';
import { actions, button, httpApp, modal, openWorkspace, section } from './slack-app.ts';

const channel = CHANNELS.operations;

test('commands, clicks, modals and events reach a Bolt app', async () => {
  const { app, workspace } = await httpApp();
  const heard: string[] = [];
  app.command('/paksa', async ({ ack, command, client }) => {
    await ack({ text: 'sure?', blocks: [actions('a', button('go', 'Go', command.text))] });
    await client.views.open({
      trigger_id: command.trigger_id,
      view: modal('x', [section('x')], { callback_id: 'x' }),
    });
  });
  app.action('go', async ({ ack, action, respond }) => {
    await ack();
    if (action.type === 'button')
      await respond({ text: `went ${action.value}`, response_type: 'in_channel' });
  });
  app.view('x', ({ ack }) => ack({ response_action: 'clear' }));
  app.event('app_mention', async ({ event }) => {
    heard.push(event.text);
  });

  expect(await workspace.verifyUrl()).toBe(true);
  const ana = workspace.as(PEOPLE.ana);
  expect(await ana.command(channel, '/paksa far')).toEqual({ ok: true });
  await ana.click((await workspace.waitForMessage((message) => message.text === 'sure?')).ts, 'Go');
  await workspace.waitForMessage((message) => message.text === 'went far');
  const { id } = await workspace.waitForView(PEOPLE.ana);
  expect(await ana.submit(id)).toEqual({ ok: true });
  expect(workspace.views(PEOPLE.ana)).toEqual([]);
  await ana.say(channel, '@paksa hello');
  await expect.poll(() => heard).toEqual([`<@${workspace.botUserId}> hello`]);
});

test('a wrong secret, silence and errors are told to the person', async () => {
  const answers = [401, 500];
  const server = createServer((_request, response) => {
    const status = answers.shift();
    // The third one is never answered.
    if (status !== undefined) response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(stop);
  const workspace = await openWorkspace({
    http: { requestUrl: `http://127.0.0.1:${address.port}/slack/events`, signingSecret: 'secret' },
    ackTimeoutMs: 100,
  });
  const notice = async () => {
    const answer = await workspace.as(PEOPLE.ana).command(channel, '/paksa');
    return answer.ok ? undefined : answer.notice;
  };
  expect(await notice()).toContain('http_client_error');
  expect(await notice()).toContain('http_service_error');
  expect(await notice()).toContain('operation_timeout');
  stop();
  expect(await notice()).toContain('dispatch_failed');
});

test('an event is tried again with its number, and signed', async () => {
  const seen: { retry: string | undefined; reason: string | undefined; isSigned: boolean; id: unknown }[] =
    [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { headers } = request;
    const expected = signRequest('secret', body, Number(headers['x-slack-request-timestamp']));
    seen.push({
      retry: headers['x-slack-retry-num']?.toString(),
      reason: headers['x-slack-retry-reason']?.toString(),
      isSigned: headers['x-slack-signature'] === expected['x-slack-signature'],
      id: JSON.parse(body).event_id,
    });
    response.writeHead(seen.length < 3 ? 503 : 200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  const workspace = await openWorkspace({
    http: { requestUrl: `http://127.0.0.1:${address.port}/slack/events`, signingSecret: 'secret' },
    eventRetryDelaysMs: [0, 10, 10],
  });
  await workspace.as(PEOPLE.ana).say(channel, '@paksa');
  await expect.poll(() => seen.length).toBe(3);
  expect(seen.map(({ retry, reason }) => [retry, reason])).toEqual([
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
  ]);
  expect(seen.every(({ isSigned }) => isSigned)).toBe(true);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
});

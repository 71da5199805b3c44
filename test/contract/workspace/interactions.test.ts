/** Commands, buttons, menus, shortcuts and what people say, with a Bolt app over Socket Mode. */
import { describe, expect, test } from 'vitest';
import { CHANNELS, directMessage, PEOPLE } from '../../../sandbox/workspace/people.ts';
import { actions, button, openWorkspace, section, socketApp, webClient } from './slack-app.ts';

const channel = CHANNELS.operations;

describe('slash commands', () => {
  test('carry what Slack sends, and are answered by response_url', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    let seen: object = {};
    app.command('/paksa', async ({ ack, command, respond }) => {
      await ack();
      seen = command;
      await respond({ text: 'looking', blocks: [section('looking')] });
    });
    expect(await workspace.as(PEOPLE.ana).command(channel, '/paksa diagnose ssl')).toEqual({ ok: true });
    const answer = await workspace.waitForMessage(({ text }) => text === 'looking');
    expect(answer).toMatchObject({ ephemeralFor: PEOPLE.ana, user: workspace.botUserId });
    expect(seen).toMatchObject({
      command: '/paksa',
      text: 'diagnose ssl',
      user_id: PEOPLE.ana,
      user_name: 'ana',
      channel_id: channel,
      channel_name: 'operations',
      team_domain: 'paksa',
      api_app_id: expect.stringMatching(/^A/),
      trigger_id: expect.stringMatching(/^\d+\.\d+\.\w+$/),
    });
  });

  test('are refused in threads, and when there is no such command', async () => {
    const workspace = await openWorkspace();
    const ana = workspace.as(PEOPLE.ana);
    const { message } = await ana.say(channel, 'hello');
    expect(await ana.command(channel, '/paksa', message?.ts)).toEqual({
      ok: false,
      notice: '/paksa is not supported in threads. Sorry!',
    });
    expect(await ana.command(channel, '/deploy')).toEqual({
      ok: false,
      notice: '/deploy is not a valid command.',
    });
  });
});

describe('response_url', () => {
  test('is good for five answers within half an hour', async () => {
    let now = Date.now();
    const workspace = await openWorkspace({ clock: () => now });
    const app = await socketApp(workspace);
    let url = '';
    app.command('/paksa', async ({ ack, command }) => {
      await ack();
      url = command.response_url;
    });
    await workspace.as(PEOPLE.ana).command(channel, '/paksa');
    const answer = (body: object) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
    for (let use = 0; use < 5; use += 1) {
      expect(await (await answer({ text: 'x', response_type: 'in_channel' })).text()).toBe('ok');
    }
    const sixth = await answer({ text: 'x' });
    expect([sixth.status, await sixth.json()]).toMatchObject([404, { error: 'used_url' }]);
    expect(workspace.messages(channel)).toHaveLength(5);

    await workspace.as(PEOPLE.ana).command(channel, '/paksa');
    expect((await answer({ text: 'x', blocks: [section('')] })).status).toBe(400);
    now += 30 * 60 * 1000 + 1;
    const late = await answer({ text: 'x' });
    expect([late.status, await late.json()]).toMatchObject([404, { error: 'expired_url' }]);
  });

  test('replaces and deletes what was clicked', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    app.command('/paksa', async ({ ack }) => {
      await ack({ text: 'sure?', blocks: [actions('sure', button('yes', 'Yes'), button('no', 'No'))] });
    });
    app.action('yes', async ({ ack, respond }) => {
      await ack();
      await respond({
        replace_original: true,
        text: 'done',
        blocks: [actions('sure', button('no', 'Never mind'))],
      });
    });
    app.action('no', async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
    const ana = workspace.as(PEOPLE.ana);
    await ana.command(channel, '/paksa');
    const { ts } = await workspace.waitForMessage(({ text }) => text === 'sure?');
    expect(await ana.click(ts, 'Yes')).toEqual({ ok: true });
    await workspace.waitForMessage((message) => message.ts === ts && message.text === 'done');
    await ana.click(ts, 'Never mind');
    await expect.poll(() => workspace.ephemerals(PEOPLE.ana)).toEqual([]);
  });
});

describe('block actions', () => {
  test('carry the message as Slack has it, and what was chosen in it', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const bodies: object[] = [];
    app.action(/.*/, async ({ ack, body }) => {
      await ack();
      bodies.push(body);
    });
    const slack = webClient(workspace);
    const option = (value: string) => ({
      text: { type: 'plain_text' as const, text: `Level ${value}` },
      value,
    });
    const metadata = { event_type: 'paksa_card', event_payload: { key: 'INC-1' } };
    const { ts = '' } = await slack.chat.postMessage({
      channel,
      text: 'card',
      metadata,
      blocks: [
        section('card'),
        actions(
          'fixes',
          { type: 'static_select', action_id: 'level', options: [option('1'), option('2')] },
          button('approve', 'Approve', 'INC-1:renew:3'),
        ),
      ],
    });
    const bilal = workspace.as(PEOPLE.bilal);
    await bilal.click(ts, 'level', 'Level 2');
    await bilal.click({ channel, ts }, 'Approve');
    expect(bodies[1]).toMatchObject({
      type: 'block_actions',
      user: { id: PEOPLE.bilal, username: 'bilal', name: 'bilal', team_id: expect.stringMatching(/^T/) },
      api_app_id: expect.any(String),
      token: expect.any(String),
      team: { domain: 'paksa' },
      container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: 'operations' },
      message: {
        ts,
        text: 'card',
        bot_id: expect.any(String),
        metadata,
        blocks: [{ type: 'section' }, { type: 'actions' }],
      },
      state: { values: { fixes: { level: { type: 'static_select', selected_option: { value: '2' } } } } },
      response_url: expect.stringContaining(workspace.url),
      trigger_id: expect.any(String),
      actions: [
        {
          action_id: 'approve',
          block_id: 'fixes',
          type: 'button',
          value: 'INC-1:renew:3',
          text: { type: 'plain_text', text: 'Approve' },
          action_ts: expect.stringMatching(/^\d+\.\d{6}$/),
        },
      ],
    });
  });

  test('of a card that has been drawn anew are refused', async () => {
    const workspace = await openWorkspace();
    await socketApp(workspace);
    const slack = webClient(workspace);
    const { ts = '' } = await slack.chat.postMessage({
      channel,
      text: 'x',
      blocks: [actions('a', button('go', 'Go'))],
    });
    await slack.chat.update({ channel, ts, text: 'gone' });
    await expect(workspace.as(PEOPLE.ana).click(ts, 'Go')).rejects.toThrow('There is no "Go" to press');
  });
});

test('shortcuts, also on messages', async () => {
  const workspace = await openWorkspace();
  const app = await socketApp(workspace);
  const bodies: object[] = [];
  app.shortcut(/.*/, async ({ ack, body }) => {
    await ack();
    bodies.push(body);
  });
  const ana = workspace.as(PEOPLE.ana);
  const { message } = await ana.say(channel, 'it is slow');
  if (!message) throw new Error('nothing was said');
  await ana.shortcut('diagnose');
  await ana.messageShortcut(message, 'diagnose_this');
  expect(bodies).toMatchObject([
    { type: 'shortcut', callback_id: 'diagnose', user: { id: PEOPLE.ana } },
    {
      type: 'message_action',
      callback_id: 'diagnose_this',
      channel: { id: channel },
      message_ts: message.ts,
      message: { text: 'it is slow' },
      response_url: expect.any(String),
    },
  ]);
});

test('mentions, direct messages and the home tab are heard', async () => {
  const workspace = await openWorkspace();
  const app = await socketApp(workspace);
  const heard: string[] = [];
  app.event('app_mention', async ({ event, say }) => {
    heard.push(`mention ${event.text}`);
    await say({ text: 'yes?', thread_ts: event.thread_ts ?? event.ts });
  });
  app.message(async ({ message }) => {
    if (message.subtype === undefined) heard.push(`${message.channel_type} ${message.text}`);
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [section('home')] } });
  });
  const dana = workspace.as(PEOPLE.dana);
  await dana.say(channel, 'not for you');
  const { message } = await dana.say(channel, '@paksa is <ssl> fine? @devops');
  await dana.say(directMessage(PEOPLE.dana), 'hello');
  await dana.openHome();
  await expect
    .poll(() => heard.toSorted())
    .toEqual(['im hello', `mention <@${workspace.botUserId}> is &lt;ssl&gt; fine? <!subteam^S0DEVOPS02>`]);
  await workspace.waitForMessage(({ text, threadTs }) => text === 'yes?' && threadTs === message?.ts);
  await expect.poll(() => workspace.home(PEOPLE.dana)?.blocks).toMatchObject([{ type: 'section' }]);
});

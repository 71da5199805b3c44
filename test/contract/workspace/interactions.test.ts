/** Commands, buttons, menus and modals, with a Bolt app over Socket Mode. */
import { describe, expect, test } from 'vitest';
import { CHANNELS, directMessage, PEOPLE } from '../../../sandbox/workspace/people.ts';
import {
  actions,
  button,
  input,
  modal,
  openWorkspace,
  section,
  socketApp,
  submit,
  webClient,
} from './slack-app.ts';

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

describe('modals', () => {
  test('open by trigger, refuse, then close by submission', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const submissions: object[] = [];
    app.command('/paksa', async ({ ack, client, command }) => {
      await ack();
      const view = modal('Resolve', [input('why', 'reason')], {
        callback_id: 'resolve',
        private_metadata: 'INC-1',
        submit,
      });
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    app.view('resolve', async ({ ack, view, body }) => {
      submissions.push(body);
      const reason = view.state.values.why?.reason?.value ?? '';
      if (reason.length < 5) await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
      else await ack();
    });
    const ana = workspace.as(PEOPLE.ana);
    await ana.command(channel, '/paksa');
    const { id } = await workspace.waitForView(PEOPLE.ana);
    expect(await ana.submit(id)).toEqual({
      ok: true,
      errors: { why: 'Please complete this required field.' },
    });
    expect(await ana.submit(id, { why: 'so' })).toEqual({ ok: true, errors: { why: 'Say more.' } });
    expect(await ana.submit(id, { why: { reason: 'renewed by hand' } })).toEqual({ ok: true });
    expect(workspace.views(PEOPLE.ana)).toEqual([]);
    expect(submissions).toHaveLength(2);
    expect(submissions[1]).toMatchObject({
      type: 'view_submission',
      user: { id: PEOPLE.ana },
      view: {
        id,
        type: 'modal',
        callback_id: 'resolve',
        private_metadata: 'INC-1',
        state: { values: { why: { reason: { type: 'plain_text_input', value: 'renewed by hand' } } } },
        root_view_id: id,
        previous_view_id: null,
      },
    });
  });

  test('are updated, pushed and cleared by the acknowledgement', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const step = (name: string) => modal(name, [section(name)], { callback_id: name, submit });
    app.command('/paksa', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: step('one') });
    });
    app.view('one', ({ ack }) => ack({ response_action: 'update', view: step('two') }));
    app.view('two', ({ ack }) => ack({ response_action: 'push', view: step('three') }));
    app.view('three', ({ ack }) => ack({ response_action: 'clear' }));
    const ana = workspace.as(PEOPLE.ana);
    const stack = () => workspace.views(PEOPLE.ana).map(({ payload }) => payload.callback_id);
    await ana.command(channel, '/paksa');
    const { id } = await workspace.waitForView(PEOPLE.ana);
    await ana.submit(id);
    expect(stack()).toEqual(['two']);
    await ana.submit(id);
    expect(stack()).toEqual(['two', 'three']);
    await ana.submit(workspace.views(PEOPLE.ana)[1]?.id ?? '');
    expect(stack()).toEqual([]);
  });

  test('tell when they are closed, if asked to', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const closed: object[] = [];
    app.command('/paksa', async ({ ack, client, command }) => {
      await ack();
      const view = modal('x', [section('x')], { callback_id: 'x', notify_on_close: true });
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    app.view({ callback_id: 'x', type: 'view_closed' }, async ({ ack, body }) => {
      await ack();
      closed.push(body);
    });
    const ana = workspace.as(PEOPLE.ana);
    await ana.command(channel, '/paksa');
    const { id } = await workspace.waitForView(PEOPLE.ana);
    await ana.close(id);
    expect(closed).toMatchObject([{ type: 'view_closed', is_cleared: false, view: { id } }]);
    expect(await ana.submit(id).catch((error: Error) => error.message)).toContain('has no view');
  });

  test('are opened once, and within three seconds', async () => {
    let now = Date.now();
    const workspace = await openWorkspace({ clock: () => now });
    const app = await socketApp(workspace);
    const triggers: string[] = [];
    app.command('/paksa', async ({ ack, command }) => {
      await ack();
      triggers.push(command.trigger_id);
    });
    const ana = workspace.as(PEOPLE.ana);
    await ana.command(channel, '/paksa');
    await ana.command(channel, '/paksa');
    const [first = '', second = ''] = triggers;
    const slack = webClient(workspace);
    const open = (trigger_id: string) => slack.views.open({ trigger_id, view: modal('x', [section('x')]) });
    await open(first);
    await expect(open(first)).rejects.toThrow('exchanged_trigger_id');
    now += 3001;
    await expect(open(second)).rejects.toThrow('expired_trigger_id');
    await expect(open('1.2.three')).rejects.toThrow('invalid_trigger_id');
  });

  test('keep what was typed through an update, and refuse a stale one', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const blocks = [input('why', 'reason'), actions('more', button('more', 'More'))];
    app.command('/paksa', async ({ ack, client, command }) => {
      await ack();
      const view = modal('x', blocks, { submit, external_id: 'the-modal' });
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    app.action('more', ({ ack }) => ack());
    const ana = workspace.as(PEOPLE.ana);
    await ana.command(channel, '/paksa');
    const opened = await workspace.waitForView(PEOPLE.ana);
    expect(await ana.click({ viewId: opened.id }, 'More')).toEqual({ ok: true });
    const slack = webClient(workspace);
    const updated = await slack.views.update({
      external_id: 'the-modal',
      view: modal('y', blocks, { submit }),
      hash: opened.hash,
    });
    expect(updated.view).toMatchObject({ id: opened.id, title: { text: 'y' } });
    await expect(
      slack.views.update({ view_id: opened.id, view: modal('z'), hash: opened.hash }),
    ).rejects.toThrow('hash_conflict');
    await expect(slack.views.update({ view_id: 'V404', view: modal('z') })).rejects.toThrow('not_found');
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

/** The page's side: `sandbox/page/api.ts` over HTTP. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PageEvent, PageState, StackState } from '../../../sandbox/page/api.ts';
import type { Stack } from '../../../sandbox/stack/port.ts';
import { BOT_USER, CHANNELS, directMessage, PEOPLE } from '../../../sandbox/workspace/people.ts';
import type { Workspace } from '../../../sandbox/workspace/server.ts';
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

async function stateOf(workspace: Workspace, user: string): Promise<PageState> {
  const answer = await fetch(`${workspace.url}/page/state?user=${user}`);
  const state: PageState = JSON.parse(await answer.text());
  return state;
}

async function post(workspace: Workspace, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${workspace.url}/page/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** What this user's page is told, from now on. */
async function watch(workspace: Workspace, user: string): Promise<PageEvent[]> {
  const events: PageEvent[] = [];
  const stop = new AbortController();
  const answer = await fetch(`${workspace.url}/page/events?user=${user}`, { signal: stop.signal });
  const reading = (async () => {
    let text = '';
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) if (part.startsWith('data: ')) events.push(JSON.parse(part.slice(6)));
    }
  })().catch(() => {});
  onTestFinished(async () => {
    stop.abort();
    await reading;
  });
  return events;
}

test('everyone sees what is theirs', async () => {
  const workspace = await openWorkspace({ completions: ['/paksa help', '/other'] });
  await webClient(workspace).chat.postMessage({ channel: PEOPLE.dana, text: 'wake up' });
  const dana = await stateOf(workspace, PEOPLE.dana);
  expect(dana).toMatchObject({ team: 'Paksa', me: PEOPLE.dana, botConnected: false });
  expect(dana.users.map(({ name }) => name)).toEqual([
    'ana',
    'bilal',
    'dana',
    'omar',
    'sana',
    'ext',
    'paksa',
  ]);
  expect(dana.users.find(({ id }) => id === PEOPLE.dana)?.role).toBe('Level 1 · Development');
  expect(dana.channels.map(({ id }) => id)).toEqual([
    channel,
    CHANNELS.incidents,
    directMessage(PEOPLE.dana),
  ]);
  expect(dana.messages).toMatchObject([{ user: BOT_USER, text: 'wake up', edited: false }]);
  expect(dana.commands).toMatchObject([{ command: '/paksa', completions: ['/paksa help'] }]);
  const omar = await stateOf(workspace, PEOPLE.omar);
  expect(omar.messages).toEqual([]);
});

test('what happens is told at once, and only to those who may see it', async () => {
  const workspace = await openWorkspace();
  const ana = await watch(workspace, PEOPLE.ana);
  const omar = await watch(workspace, PEOPLE.omar);
  const slack = webClient(workspace);
  const { ts = '' } = await slack.chat.postMessage({ channel, text: 'one' });
  await slack.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
  await slack.chat.postEphemeral({ channel, user: PEOPLE.ana, text: 'psst' });
  await slack.chat.delete({ channel, ts });
  await expect.poll(() => ana.at(-1)).toEqual({ type: 'message_deleted', channel, ts });
  const texts = (events: PageEvent[]) =>
    events.flatMap((event) => (event.type === 'message' ? [event.message.text] : []));
  expect(texts(ana)).toEqual(['one', 'reply', 'one', 'psst']);
  expect(ana[2]).toMatchObject({ message: { threadTs: ts, replyCount: 1 } });
  await expect.poll(() => omar.at(-1)).toEqual({ type: 'message_deleted', channel, ts });
  expect(texts(omar)).toEqual(['one', 'reply', 'one']);
});

test('a command, a click and a modal, as the page sends them', async () => {
  const workspace = await openWorkspace();
  const app = await socketApp(workspace);
  app.command('/paksa', async ({ ack, respond }) => {
    await ack();
    await respond({ response_type: 'in_channel', text: 'card', blocks: [actions('a', button('go', 'Go'))] });
  });
  app.action('go', async ({ ack, body, client }) => {
    await ack();
    if (!('trigger_id' in body)) return;
    const view = modal('Why', [input('why', 'reason')], { callback_id: 'why', submit });
    await client.views.open({ trigger_id: body.trigger_id, view });
  });
  app.view('why', ({ ack }) => ack({ response_action: 'errors', errors: { why: 'No.' } }));
  const user = PEOPLE.ana;
  const events = await watch(workspace, user);

  expect(await post(workspace, 'send', { user, channel, text: '/paksa' })).toEqual({ ok: true });
  const { ts: messageTs } = await workspace.waitForMessage(({ text }) => text === 'card');
  const action = { type: 'button', action_id: 'go', block_id: 'a' };
  expect(await post(workspace, 'act', { user, channel, messageTs, action })).toEqual({ ok: true });
  await expect
    .poll(() => events.at(-1))
    .toMatchObject({
      type: 'view',
      view: { type: 'modal', title: 'Why', submit: 'Submit', close: 'Cancel' },
    });
  const viewId = workspace.views(user)[0]?.id;
  const values = { why: { reason: { type: 'plain_text_input', value: 'so' } } };
  expect(await post(workspace, 'view', { user, viewId, submit: true, values })).toEqual({ ok: true });
  await expect.poll(() => events.at(-1)).toMatchObject({ type: 'view', view: { errors: { why: 'No.' } } });
  expect(await post(workspace, 'view', { user, viewId, submit: false, values: {} })).toEqual({ ok: true });
  await expect.poll(() => events.at(-1)).toEqual({ type: 'view_closed', id: viewId });
});

test('what cannot be done is said in words', async () => {
  const workspace = await openWorkspace();
  const user = PEOPLE.ana;
  const said = await workspace.as(user).say(channel, 'x');
  const threadTs = said.message?.ts;
  expect(await post(workspace, 'send', { user, channel, threadTs, text: '/paksa' })).toMatchObject({
    ok: false,
    error: '/paksa is not supported in threads. Sorry!',
  });
  expect(await post(workspace, 'send', { user, channel, text: '/paksa' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('paksa did not respond'),
  });
  expect(await post(workspace, 'send', { user: 'U404', channel, text: 'x' })).toMatchObject({ ok: false });
  expect(
    await post(workspace, 'send', { user, channel: directMessage(PEOPLE.omar), text: 'x' }),
  ).toMatchObject({ ok: false });
  expect(await post(workspace, 'send', { text: 1 })).toMatchObject({ ok: false });
  const action = { type: 'button', action_id: 'x', block_id: 'y' };
  expect(await post(workspace, 'act', { user, channel, messageTs: threadTs, action })).toMatchObject({
    ok: false,
  });
});

test('the stack is shown and broken', async () => {
  let state: StackState = { title: 'TLS', address: 'x', summary: 'valid', healthy: true, faults: [] };
  let tell = () => {};
  const stack: Stack = {
    environment: {},
    state: async () => state,
    inject: async (fault) => {
      if (fault !== 'expired') throw new Error(`There is no fault ${fault}.`);
      state = { ...state, summary: 'expired', healthy: false };
      tell();
    },
    onChange: (listener) => {
      tell = listener;
    },
    stop: async () => {},
  };
  const workspace = await openWorkspace({ stack });
  const events = await watch(workspace, PEOPLE.ana);
  expect(await (await fetch(`${workspace.url}/page/stack`)).json()).toMatchObject({ healthy: true });
  expect(await post(workspace, 'stack', { fault: 'expired' })).toEqual({ ok: true });
  await expect.poll(() => events).toMatchObject([{ type: 'stack', stack: { healthy: false } }]);
  expect(await post(workspace, 'stack', { fault: 'fire' })).toEqual({
    ok: false,
    error: 'There is no fault fire.',
  });
});

test('the home tab is there when the page is opened, and when the bot comes and goes', async () => {
  const workspace = await openWorkspace();
  const slack = webClient(workspace);
  await slack.views.publish({ user_id: PEOPLE.ana, view: { type: 'home', blocks: [section('home')] } });
  const events = await watch(workspace, PEOPLE.ana);
  await expect.poll(() => events).toMatchObject([{ type: 'view', view: { type: 'home' } }]);
  await socketApp(workspace);
  await expect.poll(() => events.at(-1)).toEqual({ type: 'bot', connected: true });
  expect((await stateOf(workspace, PEOPLE.ana)).botConnected).toBe(true);
});

test('the built page is served, and nothing beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const pageDir = join(folder, 'dist');
  await mkdir(join(pageDir, 'assets'), { recursive: true });
  await writeFile(join(pageDir, 'index.html'), '<title>Page</title>');
  await writeFile(join(pageDir, 'assets/a-1.js'), 'export {}');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await mkdir(join(folder, 'dist-other'));
  await writeFile(join(folder, 'dist-other/secret.txt'), 'secret');
  const workspace = await openWorkspace({ pageDir });

  const index = await fetch(`${workspace.url}/`);
  expect([await index.text(), index.headers.get('content-type')]).toEqual([
    '<title>Page</title>',
    'text/html; charset=utf-8',
  ]);
  expect(await (await fetch(`${workspace.url}/archives/C1/p2`)).text()).toBe('<title>Page</title>');
  const script = await fetch(`${workspace.url}/assets/a-1.js`);
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect((await fetch(`${workspace.url}/assets/gone.js`)).status).toBe(404);

  // fetch would tidy these paths up before it sends them.
  const raw = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const asked = request(`${workspace.url}/`, { path, headers }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => {
          body += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, body }));
      });
      asked.on('error', reject);
      asked.end();
    });
  for (const path of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fdist-other/secret.txt',
    '//etc/passwd',
    '/%00',
    '/%',
  ]) {
    const { status, body } = await raw(path);
    expect([path, body]).not.toContain('secret');
    expect([200, 404]).toContain(status);
  }
  expect((await raw('/page/state', { host: 'evil.example' })).status).toBe(403);
});

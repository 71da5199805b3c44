/** Rate limits, planned failures, and what is still there after a restart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import { startWorkspace } from '../../../sandbox/workspace/server.ts';
import { openWorkspace, section, webClient } from './slack-app.ts';

const channel = CHANNELS.operations;

test('posting: a few at once, then one a second, each channel by itself', async () => {
  const slack = webClient(await openWorkspace({ rateLimits: true }), { rejectRateLimitedCalls: true });
  const post = (to: string) => slack.chat.postMessage({ channel: to, text: 'x' });
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => post(channel)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
  await expect(post(channel)).rejects.toMatchObject({
    code: 'slack_webapi_rate_limited_error',
    retryAfter: 1,
  });
  expect((await post(CHANNELS.incidents)).ok).toBe(true);
});

test('a tier is a number of calls a minute, and its refusal says how long to wait', async () => {
  const workspace = await openWorkspace({ rateLimits: { tier4: { perMinute: 6, burst: 2 } } });
  const call = () =>
    fetch(`${workspace.apiUrl}users.info?user=${PEOPLE.ana}`, {
      headers: { authorization: `Bearer ${workspace.botToken}` },
    });
  await call();
  await call();
  const refused = await call();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBe(10);
  expect(await refused.json()).toEqual({ ok: false, error: 'ratelimited' });
});

test('planned failures', async () => {
  const workspace = await openWorkspace();
  const slack = webClient(workspace, { rejectRateLimitedCalls: true, timeout: 1_000 });
  const post = () => slack.chat.postMessage({ channel, text: 'x' });
  const count = () => workspace.messages(channel).length;

  workspace.failNext('chat.postMessage', { error: 'internal_error' }, 2);
  await expect(post()).rejects.toThrow('internal_error');
  await expect(post()).rejects.toThrow('internal_error');
  workspace.failNext('chat.postMessage', { status: 503 });
  await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_http_error', statusCode: 503 });
  workspace.failNext('chat.postMessage', { status: 429, retryAfter: 7 });
  await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
  workspace.failNext('chat.postMessage', { hang: true });
  await expect(post()).rejects.toThrow();
  expect(count()).toBe(0);

  workspace.failNext('chat.postMessage', { dropAnswer: true });
  await expect(post()).rejects.toThrow();
  expect(count()).toBe(1);
  await post();
  expect(count()).toBe(2);
  expect(workspace.requests.at(-1)).toMatchObject({
    method: 'chat.postMessage',
    args: { channel, text: 'x' },
    answer: { ok: true },
  });
});

test('a second start shows what the first one had, with the same ids and tokens', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'workspace-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const first = await startWorkspace({ port: 0, dataDir });
  const slack = webClient(first);
  const { ts = '' } = await slack.chat.postMessage({
    channel,
    text: 'still here',
    blocks: [section('still here')],
  });
  await slack.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
  await slack.reactions.add({ channel, timestamp: ts, name: 'eyes' });
  await slack.views.publish({ user_id: PEOPLE.ana, view: { type: 'home', blocks: [section('home')] } });
  const created = await slack.conversations.create({ name: 'inc-1' });
  const { channels: listed = [] } = await slack.conversations.list();
  await expect(startWorkspace({ port: 0, dataDir })).rejects.toThrow('is another workspace running on it?');
  await first.stop();

  const second = await startWorkspace({ port: 0, dataDir });
  onTestFinished(() => second.stop());
  expect([second.botToken, second.appToken, second.signingSecret]).toEqual([
    first.botToken,
    first.appToken,
    first.signingSecret,
  ]);
  expect(second.messages(channel)).toEqual(first.messages(channel));
  expect(second.messages(channel)[0]).toMatchObject({
    ts,
    text: 'still here',
    reactions: [{ name: 'eyes' }],
  });
  expect(second.home(PEOPLE.ana)?.blocks).toMatchObject([{ type: 'section' }]);
  const again = webClient(second);
  const { channels: listedAgain = [] } = await again.conversations.list();
  expect(listedAgain.map(({ name }) => name)).toEqual(listed.map(({ name }) => name));
  expect((await again.conversations.info({ channel: created.channel?.id ?? '' })).channel?.name).toBe(
    'inc-1',
  );
  expect((await again.chat.postMessage({ channel, text: 'later' })).ts).toSatisfy(
    (later: string) => later > ts,
  );
});

test('a port that is taken is said so', async () => {
  const workspace = await openWorkspace();
  const port = Number(new URL(workspace.url).port);
  await expect(startWorkspace({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

/** Messages by the Web API, asked by Slack's own WebClient: posted, changed, in threads and histories, and refused. */
import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import { openWorkspace, refusal, section, webClient } from './slack-app.ts';

const channel = CHANNELS.operations;

describe('messages', () => {
  test('are posted with metadata, found in the history, changed and deleted', async () => {
    const slack = webClient(await openWorkspace());
    const metadata = { event_type: 'paksa_card', event_payload: { key: 'INC-1' } };
    const posted = await slack.chat.postMessage({
      channel,
      text: 'broken',
      blocks: [section('broken')],
      metadata,
    });
    const ts = posted.ts ?? '';
    expect(posted.message).toMatchObject({ bot_id: expect.any(String), text: 'broken', metadata });
    expect(posted.message?.blocks?.[0]?.block_id).toMatch(/^\S{5}$/);

    const plain = await slack.conversations.history({ channel });
    expect(plain.messages).toMatchObject([{ ts, text: 'broken' }]);
    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
    const full = await slack.conversations.history({ channel, include_all_metadata: true });
    expect(full.messages?.[0]).toMatchObject({ metadata });

    await slack.chat.update({ channel, ts, text: 'mended' });
    const after = await slack.conversations.history({ channel, include_all_metadata: true });
    expect(after.messages?.[0]).toMatchObject({ text: 'mended', edited: {}, metadata });
    expect(after.messages?.[0]).not.toHaveProperty('blocks');

    await slack.chat.delete({ channel, ts });
    expect(await refusal(slack.chat.update({ channel, ts, text: 'again' }))).toBe('message_not_found');
    expect((await slack.conversations.history({ channel })).messages).toEqual([]);
  });

  test('a thread has its parent first, and a reply to a reply is in the same thread', async () => {
    const slack = webClient(await openWorkspace());
    const { ts = '' } = await slack.chat.postMessage({ channel, text: 'parent' });
    const reply = await slack.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
    await slack.chat.postMessage({
      channel,
      text: 'to all',
      thread_ts: reply.ts ?? '',
      reply_broadcast: true,
    });

    const { messages = [] } = await slack.conversations.replies({ channel, ts });
    expect(messages.map(({ text, thread_ts }) => [text, thread_ts])).toEqual([
      ['parent', ts],
      ['reply', ts],
      ['to all', ts],
    ]);
    expect(messages[0]).toMatchObject({ reply_count: 2 });
    const history = await slack.conversations.history({ channel });
    expect(history.messages?.map(({ text }) => text)).toEqual(['to all', 'parent']);
  });

  test('the history is cut by time and by pages', async () => {
    const slack = webClient(await openWorkspace());
    const stamps: string[] = [];
    for (const text of ['1', '2', '3', '4', '5']) {
      stamps.push((await slack.chat.postMessage({ channel, text })).ts ?? '');
    }
    const texts = async (range: { oldest?: string; latest?: string; inclusive?: boolean; limit?: number }) =>
      (await slack.conversations.history({ channel, ...range })).messages?.map(({ text }) => text).join('');
    expect(await texts({ oldest: stamps[1] ?? '' })).toBe('543');
    expect(await texts({ oldest: stamps[1] ?? '', latest: stamps[3] ?? '', inclusive: true })).toBe('432');
    expect(await texts({ latest: stamps[2] ?? '', limit: 1 })).toBe('2');

    const first = await slack.conversations.history({ channel, limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? '';
    expect(first.has_more).toBe(true);
    const second = await slack.conversations.history({ channel, limit: 2, cursor });
    expect(second.messages?.map(({ text }) => text)).toEqual(['3', '2']);
  });

  test('a person cannot be spoken for, and their messages cannot be changed', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    const said = await workspace.as(PEOPLE.ana).say(channel, 'mine');
    const ts = said.message?.ts ?? '';
    expect(await refusal(slack.chat.update({ channel, ts, text: 'yours' }))).toBe('cant_update_message');
    expect(await refusal(slack.chat.delete({ channel, ts }))).toBe('cant_delete_message');
  });

  test('to a person go to their conversation with the bot', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    const opened = await slack.conversations.open({ users: PEOPLE.dana });
    const posted = await slack.chat.postMessage({ channel: PEOPLE.dana, text: 'wake up' });
    expect(posted.channel).toBe(opened.channel?.id);
    expect(workspace.messages(opened.channel?.id ?? '')).toMatchObject([{ text: 'wake up' }]);
  });

  test('ephemeral ones are for one person and in no history', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    await slack.chat.postEphemeral({ channel, user: PEOPLE.ana, text: 'psst' });
    expect(workspace.ephemerals(PEOPLE.ana)).toMatchObject([{ text: 'psst' }]);
    expect(workspace.ephemerals(PEOPLE.bilal)).toEqual([]);
    expect((await slack.conversations.history({ channel })).messages).toEqual([]);
    expect(await refusal(slack.chat.postEphemeral({ channel, user: 'U404', text: 'x' }))).toBe(
      'user_not_found',
    );
  });

  test.each([
    ['no_text', { text: '' }],
    ['invalid_blocks', { text: 'x', blocks: [section('')] }],
    ['invalid_blocks_format', { text: 'x', blocks: 'none' }],
    [
      'msg_blocks_too_long',
      { text: 'x', blocks: Array.from({ length: 5 }, () => section('x'.repeat(2900))) },
    ],
    ['channel_not_found', { channel: 'C404', text: 'x' }],
    [
      'metadata_too_large',
      { text: 'x', metadata: { event_type: 'x', event_payload: { x: 'x'.repeat(20_000) } } },
    ],
  ])('%s', async (error, args) => {
    const slack = webClient(await openWorkspace());
    expect(await refusal(slack.apiCall('chat.postMessage', { channel, ...args }))).toBe(error);
  });

  test('too long a text is cut when posted, and refused as an update', async () => {
    const slack = webClient(await openWorkspace());
    const { ts = '', message } = await slack.chat.postMessage({ channel, text: '😀'.repeat(40_001) });
    expect(Array.from(message?.text ?? '')).toHaveLength(40_000);
    expect(await refusal(slack.chat.update({ channel, ts, text: 'x'.repeat(4001) }))).toBe('msg_too_long');
  });

  test('what is wrong with blocks is said with a pointer', async () => {
    const slack = webClient(await openWorkspace());
    await expect(
      slack.chat.postMessage({ channel, text: 'x', blocks: [section('x'.repeat(3001))] }),
    ).rejects.toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: {
          messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
        },
      },
    });
  });

  test('have links', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    const { ts = '' } = await slack.chat.postMessage({ channel, text: 'x' });
    const { permalink } = await slack.chat.getPermalink({ channel, message_ts: ts });
    expect(permalink).toBe(`${workspace.url}/archives/${channel}/p${ts.replace('.', '')}`);
  });
});

/** The Web API, asked by Slack's own WebClient. */
import { describe, expect, test } from 'vitest';
import { CHANNELS, GROUPS, PEOPLE, seed } from '../../../sandbox/workspace/people.ts';
import { modal, openWorkspace, section, webClient } from './slack-app.ts';

const channel = CHANNELS.operations;

/** What Slack answers to a call that it refuses. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it was not refused');
  return error.message.replace('An API error occurred: ', '');
}

describe('tokens', () => {
  test('the bot is known by its token, and by no other', async () => {
    const workspace = await openWorkspace();
    expect(await webClient(workspace).auth.test()).toMatchObject({
      ok: true,
      user_id: workspace.botUserId,
      team: 'Paksa',
      bot_id: expect.stringMatching(/^B/),
    });
    expect(await refusal(webClient(workspace, {}, 'xoxb-other').auth.test())).toBe('invalid_auth');
    expect(await refusal(webClient(workspace, {}, '').auth.test())).toBe('not_authed');
  });

  test('connections are opened with an app token alone', async () => {
    const workspace = await openWorkspace();
    expect(await refusal(webClient(workspace).apps.connections.open())).toBe('not_allowed_token_type');
    expect(await refusal(webClient(workspace, {}, 'xapp-1-other').apps.connections.open())).toBe(
      'invalid_auth',
    );
    const opened = await webClient(workspace, {}, workspace.appToken).apps.connections.open();
    expect(opened.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=/);
  });

  test('a token may come in the body, and arguments as JSON', async () => {
    const workspace = await openWorkspace();
    const answer = await fetch(`${workspace.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({
        token: workspace.botToken,
        channel,
        text: 'hello',
        blocks: [section('*hello*')],
      }),
    });
    expect(await answer.json()).toMatchObject({
      ok: true,
      message: { text: 'hello', blocks: [{ type: 'section' }] },
    });
  });

  test('a method that is not there is named', async () => {
    const workspace = await openWorkspace();
    expect(await refusal(webClient(workspace).apiCall('chat.shout'))).toBe('unknown_method');
    expect(await refusal(webClient(workspace).apiCall('constructor'))).toBe('unknown_method');
  });
});

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

describe('conversations', () => {
  test('that the bot is not in are hidden when private, and not read when public', async () => {
    const people = {
      ...seed,
      channels: [
        ...seed.channels,
        { id: 'C0SECRET01', name: 'secret', topic: '', isPrivate: true, members: [PEOPLE.ana] },
        { id: 'C0PUBLIC02', name: 'lunch', topic: '', members: [PEOPLE.ana] },
      ],
    };
    const slack = webClient(await openWorkspace({ people }));
    expect(await refusal(slack.chat.postMessage({ channel: 'C0SECRET01', text: 'x' }))).toBe(
      'channel_not_found',
    );
    expect(await refusal(slack.conversations.history({ channel: 'C0PUBLIC02' }))).toBe('not_in_channel');
    expect((await slack.chat.postMessage({ channel: 'C0PUBLIC02', text: 'x' })).ok).toBe(true);
    await slack.conversations.join({ channel: 'C0PUBLIC02' });
    expect((await slack.conversations.history({ channel: 'C0PUBLIC02' })).messages).toHaveLength(1);
    const { channels = [] } = await slack.conversations.list({ types: 'public_channel,private_channel' });
    expect(channels.map(({ name }) => name)).toEqual(['operations', 'incidents', 'lunch']);
  });

  test('are created, joined by invitation, named and archived', async () => {
    const slack = webClient(await openWorkspace());
    const { channel: created } = await slack.conversations.create({ name: 'inc-17' });
    const id = created?.id ?? '';
    await slack.conversations.invite({ channel: id, users: `${PEOPLE.dana},${PEOPLE.omar}` });
    await slack.conversations.setTopic({ channel: id, topic: 'The certificate' });
    expect((await slack.conversations.members({ channel: id })).members).toHaveLength(3);
    expect((await slack.conversations.info({ channel: id })).channel).toMatchObject({
      name: 'inc-17',
      topic: { value: 'The certificate' },
      is_member: true,
    });
    expect(await refusal(slack.conversations.create({ name: 'inc-17' }))).toBe('name_taken');
    expect(await refusal(slack.conversations.create({ name: 'Inc 18' }))).toBe('invalid_name_specials');
    await slack.conversations.archive({ channel: id });
    expect(await refusal(slack.chat.postMessage({ channel: id, text: 'x' }))).toBe('is_archived');
  });

  test('people and their groups are found', async () => {
    const slack = webClient(await openWorkspace());
    const { members = [] } = await slack.users.list({});
    expect(members.filter(({ is_bot }) => !is_bot).map(({ name }) => name)).toEqual([
      'ana',
      'bilal',
      'dana',
      'omar',
      'sana',
      'ext',
    ]);
    const { user } = await slack.users.info({ user: PEOPLE.omar });
    const email = user?.profile?.email ?? '';
    expect((await slack.users.lookupByEmail({ email })).user?.id).toBe(PEOPLE.omar);
    const { usergroups = [] } = await slack.usergroups.list({ include_users: true });
    expect(usergroups.map(({ handle }) => handle)).toEqual([
      'development',
      'devops',
      'architects',
      'consultants',
    ]);
    expect((await slack.usergroups.users.list({ usergroup: GROUPS.devops })).users).toEqual([PEOPLE.omar]);
    expect((await slack.dnd.info({ user: PEOPLE.omar })).dnd_enabled).toBe(false);
  });

  test('reactions, pins and bookmarks', async () => {
    const slack = webClient(await openWorkspace());
    const { ts: timestamp = '' } = await slack.chat.postMessage({ channel, text: 'x' });
    await slack.reactions.add({ channel, timestamp, name: 'eyes' });
    expect(await refusal(slack.reactions.add({ channel, timestamp, name: 'eyes' }))).toBe('already_reacted');
    expect(await slack.reactions.get({ channel, timestamp })).toMatchObject({
      message: { reactions: [{ name: 'eyes', count: 1 }] },
    });
    await slack.reactions.remove({ channel, timestamp, name: 'eyes' });
    expect(await refusal(slack.reactions.remove({ channel, timestamp, name: 'eyes' }))).toBe('no_reaction');

    await slack.pins.add({ channel, timestamp });
    expect(await refusal(slack.pins.add({ channel, timestamp }))).toBe('already_pinned');
    expect((await slack.pins.list({ channel })).items).toHaveLength(1);
    await slack.bookmarks.add({
      channel_id: channel,
      title: 'Guide',
      type: 'link',
      link: 'https://example.com',
    });
    expect((await slack.bookmarks.list({ channel_id: channel })).bookmarks).toMatchObject([
      { title: 'Guide' },
    ]);
  });

  test('files are uploaded and shown', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    const file = Buffer.from('a chart, let us say');
    await slack.filesUploadV2({ channel_id: channel, filename: 'chart.png', title: 'Load', file });
    const [message] = workspace.messages(channel);
    expect(message?.blocks).toMatchObject([{ type: 'image', alt_text: 'Load' }]);
    const shown = await fetch(String(message?.blocks[0]?.image_url));
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(file);
    expect(shown.headers.get('content-type')).toBe('image/png');
  });

  test('a home tab is published, and not over a newer one', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    const home = (text: string) => ({ type: 'home' as const, blocks: [{ type: 'divider' }, section(text)] });
    const first = await slack.views.publish({ user_id: PEOPLE.ana, view: home('one') });
    await slack.views.publish({ user_id: PEOPLE.ana, view: home('two') });
    const stale = slack.views.publish({
      user_id: PEOPLE.ana,
      view: home('three'),
      hash: first.view?.hash ?? '',
    });
    expect(await refusal(stale)).toBe('hash_conflict');
    expect(workspace.home(PEOPLE.ana)?.id).toBe(first.view?.id);
    const wrong = slack.views.publish({ user_id: PEOPLE.ana, view: modal('no home') });
    expect(await refusal(wrong)).toBe('invalid_arguments');
  });
});

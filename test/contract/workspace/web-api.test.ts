/** The Web API, asked by Slack's own WebClient: tokens, conversations and what is in them. Messages: web-api-messages.test.ts. */
import { describe, expect, test } from 'vitest';
import { CHANNELS, GROUPS, PEOPLE, seed } from '../../../sandbox/workspace/people.ts';
import { modal, openWorkspace, refusal, section, webClient } from './slack-app.ts';

const channel = CHANNELS.operations;

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

  test('what an administrator changes is seen: deactivated, a guest, do-not-disturb, a disabled group', async () => {
    const workspace = await openWorkspace();
    const slack = webClient(workspace);
    const from = Math.ceil(Date.now() / 1000) * 1000;
    workspace.change.user(PEOPLE.omar, { isDeactivated: true });
    workspace.change.user(PEOPLE.dana, {
      isGuest: true,
      timeZone: 'Asia/Karachi',
      quiet: { from, to: from + 60_000 },
    });
    workspace.change.group(GROUPS.devops, { isDisabled: true });
    const { user: gone } = await slack.users.info({ user: PEOPLE.omar });
    expect(gone).toMatchObject({ deleted: true });
    expect(gone).not.toHaveProperty('tz');
    expect((await slack.users.info({ user: PEOPLE.dana })).user).toMatchObject({
      deleted: false,
      is_restricted: true,
      tz: 'Asia/Karachi',
      tz_offset: 18_000,
    });
    expect(await slack.dnd.info({ user: PEOPLE.dana })).toMatchObject({
      dnd_enabled: true,
      next_dnd_start_ts: from / 1000,
      next_dnd_end_ts: from / 1000 + 60,
    });
    expect(await refusal(slack.conversations.open({ users: PEOPLE.omar }))).toBe('user_disabled');
    expect(await refusal(slack.usergroups.users.list({ usergroup: GROUPS.devops }))).toBe('no_such_subteam');
    const ids = async (include_disabled: boolean) =>
      ((await slack.usergroups.list({ include_disabled })).usergroups ?? []).map(({ id }) => id);
    expect(await ids(false)).not.toContain(GROUPS.devops);
    expect(await ids(true)).toContain(GROUPS.devops);
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

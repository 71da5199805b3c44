/** manifest.yml against the rules of Slack's manifest schema 2.0.0, and against what the bot's source uses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { topics } from '../../commands/index.ts';

const text = (most: number, least = 1) => z.string().min(least).max(most);
const address = (most: number) =>
  z
    .string()
    .regex(/^https?:\/\//)
    .max(most);
const events = z
  .array(text(50))
  .max(100)
  .refine((names) => new Set(names).size === names.length, 'unique');

/** The parts of the schema that Paksa's manifest has; a key that is not named here is refused, as Slack does. */
const schema = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int().optional() }),
  display_information: z.strictObject({
    name: text(35),
    description: text(140),
    long_description: text(4_000, 175),
    background_color: z.string().regex(/^#(?:[0-9a-fA-F]{3}){1,2}$/),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: text(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: text(32, 2).startsWith('/'),
          url: address(3_000).optional(),
          description: text(2_000),
          usage_hint: text(1_000).optional(),
          should_escape: z.boolean().optional(),
        }),
      )
      .min(1)
      .max(50),
    shortcuts: z
      .array(
        z.strictObject({
          name: text(24),
          type: z.enum(['global', 'message']),
          callback_id: text(255),
          description: text(150),
        }),
      )
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(text(50)).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: address(3_500).optional(), bot_events: events }),
    interactivity: z.strictObject({
      is_enabled: z.boolean(),
      request_url: address(3_500).optional(),
      message_menu_options_url: address(3_500).optional(),
    }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

const written = readFileSync('manifest.yml', 'utf8');
const manifest = schema.parse(parse(written));

/** Bot scopes that each Web API method needs, for every kind of conversation that Paksa may meet; none where it needs none. */
const SCOPES: Record<string, readonly string[]> = {
  'auth.test': [],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write', 'chat:write.public'],
  'chat.update': ['chat:write'],
  'conversations.archive': ['channels:manage', 'groups:write'],
  'conversations.create': ['channels:manage', 'groups:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'conversations.info': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'conversations.invite': ['channels:manage', 'groups:write'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'conversations.setTopic': ['channels:manage', 'groups:write'],
  'dnd.info': ['dnd:read'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'usergroups.list': ['usergroups:read'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read', 'users:read.email'],
  'views.open': [],
  'views.publish': [],
  'views.push': [],
  'views.update': [],
};
const EVENT_SCOPES: Record<string, string> = { app_mention: 'app_mentions:read' };

function methodsCalled(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/[cC]lient\.((?:[a-z]+\.){1,2}[a-zA-Z]+)\(/g),
    ])
    .map(([, method]) => method ?? '')
    .filter((method) =>
      /^(?:auth|chat|conversations|dnd|files|pins|reactions|bookmarks|usergroups|users|views)\./.test(method),
    );
}

test('Slack would take it, and nothing in it is written twice', () => {
  expect(manifest.display_information.name).toBe('Paksa');
  const { bot } = manifest.oauth_config.scopes;
  expect(new Set(bot).size).toBe(bot.length);
});

test.each([
  [
    'a long description that is too short',
    (given: typeof manifest) => ({
      ...given,
      display_information: { ...given.display_information, long_description: 'Short.' },
    }),
  ],
  ['an unknown key', (given: typeof manifest) => ({ ...given, setings: {} })],
])('the rules refuse %s', (_, spoil) => {
  expect(schema.safeParse(spoil(manifest)).success).toBe(false);
});

describe('asks for what the bot uses, and for no more', () => {
  const called = [...new Set(['src/slack', 'src/paging'].flatMap(methodsCalled))].sort();

  test.each(called)('%s is a method whose scopes are known', (method) => {
    expect(Object.keys(SCOPES)).toContain(method);
  });

  test('bot scopes', () => {
    const events = manifest.settings.event_subscriptions.bot_events.map((event) => EVENT_SCOPES[event]);
    const used = new Set(['commands', ...events, ...called.flatMap((method) => SCOPES[method] ?? [])]);
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...used].sort());
  });
});

test('works over Socket Mode, with buttons, and without an address', () => {
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  expect(parse(written)).not.toHaveProperty('settings.event_subscriptions.request_url');
});

test('its usage hint names every topic of the guide', () => {
  const [command] = manifest.features.slash_commands;
  expect(command?.command).toBe('/paksa');
  for (const topic of topics.keys()) expect(command?.usage_hint?.split(/[\s|]+/)).toContain(topic);
});

test('its shortcuts are those that the router listens to, and mentions come as ids', () => {
  const router = readFileSync('src/slack/router.ts', 'utf8');
  const ids = manifest.features.shortcuts.map(({ callback_id }) => callback_id);
  expect(router).toContain(`callback_id: /^(${ids.join('|')})$/`);
  expect(manifest.features.slash_commands[0]?.should_escape).toBe(true);
});

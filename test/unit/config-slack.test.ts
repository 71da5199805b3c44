/** How Slack is reached, by what the configuration has of it, and what of that is secret. */
import { describe, expect, test } from 'vitest';
import { secretsOf, slackConnection } from '../../src/config.ts';
import { load, MINIMAL } from './written-config.ts';

describe('Slack', () => {
  test('is reached over a socket when there is an app token, else by signed requests', () => {
    const botToken = 'xoxb-1';
    expect(slackConnection({ botToken, appToken: 'xapp-1', signingSecret: 's' }).mode).toBe('socket');
    expect(slackConnection({ botToken, signingSecret: 's' }).mode).toBe('http');
  });

  test.each([
    [{}, /set SLACK_BOT_TOKEN and SLACK_APP_TOKEN \(Socket Mode\) or SLACK_SIGNING_SECRET/],
    [{ botToken: 'xoxb-1' }, /set SLACK_APP_TOKEN/],
    [{ appToken: 'xapp-1' }, /set SLACK_BOT_TOKEN\./],
  ])('says what is missing: %j', (settings, message) => {
    expect(() => slackConnection(settings)).toThrow(message);
  });

  test('its tokens and the database password are the secrets', () => {
    const env = { SLACK_BOT_TOKEN: 'xoxb-1', DATABASE_URL: 'postgres://paksa:p%40ss@db.test/paksa' };
    expect(secretsOf(load(MINIMAL, env))).toEqual(['xoxb-1', 'p@ss']);
  });
});

/** Slash commands, with names made mentions: the app's manifest asks for it (`should_escape`). */
import type { ClientAnswer, Platform } from '../platform.ts';
import { responseSchema } from '../response-urls.ts';
import { SlackError } from '../slack-error.ts';
import { answerOf, channelName, channelOf, userOf } from './payload.ts';
import { composed } from './say.ts';

export interface CommandLine {
  user: string;
  channel: string;
  threadTs?: string;
  /** As typed, the slash first. */
  line: string;
}

export async function runCommand(platform: Platform, typed: CommandLine): Promise<ClientAnswer> {
  const { state, triggers, responseUrls, delivery } = platform;
  const {
    team,
    app,
    app: { commands },
  } = state.seed;
  const [command = '', ...words] = typed.line.trim().split(/(?<=^\S+)\s+/);
  const user = userOf(state, typed.user);
  const channel = channelOf(state, typed.channel, user);
  if (!commands.some((known) => known.command === command)) {
    return { ok: false, notice: `${command} is not a valid command.` };
  }
  if (typed.threadTs !== undefined)
    return { ok: false, notice: `${command} is not supported in threads. Sorry!` };

  const origin = { user: user.id, channel: channel.id };
  const receipt = await delivery.send('slash_commands', {
    token: state.credentials.verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.name,
    command,
    text: composed(words.join(' '), state),
    api_app_id: app.id,
    is_enterprise_install: 'false',
    response_url: responseUrls.issue(origin),
    trigger_id: triggers.issue(user.id),
  });
  if (receipt.outcome !== 'acknowledged' || receipt.response === undefined)
    return answerOf(receipt, platform);
  const response = responseSchema.safeParse(receipt.response);
  if (!response.success) return { ok: false, notice: `${command} failed with the error "invalid_response"` };
  try {
    responseUrls.apply(origin, response.data);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { ok: false, notice: `${command} failed with the error "${error.code}"` };
  }
}

/** `response_url`s: five answers within thirty minutes, to the place where somebody did something. */
import { z } from 'zod';
import { identified } from './block-kit/surface.ts';
import { isOverBudget, validateMessage } from './block-kit.ts';
import { anyFields } from './fields.ts';
import { makeToken } from './ids.ts';
import type { Messages } from './messages.ts';
import type { Message } from './model.ts';
import { refusedFor, SlackError } from './slack-error.ts';
import type { State } from './state.ts';

const LIFETIME_MS = 30 * 60 * 1000;
const USES = 5;
/** How long it is known that there was such a one. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

export interface Origin {
  user: string;
  channel: string;
  /** The message that was clicked. */
  message?: Message;
}

export const responseSchema = z.object({
  text: z.string().optional(),
  blocks: z.array(anyFields).optional(),
  response_type: z.enum(['in_channel', 'ephemeral']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
});

export type AppResponse = z.infer<typeof responseSchema>;

export interface ResponseUrls {
  issue(origin: Origin): string;
  /** @throws SlackError `used_url`, `expired_url`, or what is wrong with the message */
  use(id: string, response: AppResponse): void;
  /** Does what an app's answer says, as an acknowledgement may hold one too. */
  apply(origin: Origin, response: AppResponse): void;
}

export function createResponseUrls(state: State, messages: Messages, baseUrl: () => string): ResponseUrls {
  const issued = new Map<string, { origin: Origin; at: number; uses: number }>();
  const { app, team } = state.seed;

  const current = ({ user, message }: Origin) =>
    message && messages.findFor(user, message.channel, message.ts);

  const apply = (origin: Origin, response: AppResponse) => {
    const { text = '', blocks = [] } = response;
    const original = current(origin);
    if (response.delete_original) {
      if (original) messages.remove(original);
      return;
    }
    if (isOverBudget(blocks)) throw new SlackError('msg_blocks_too_long');
    const problems = validateMessage(blocks);
    if (problems.length > 0) throw refusedFor('invalid_blocks', problems);
    if (text === '' && blocks.length === 0) throw new SlackError('no_text');
    if (response.replace_original && original) {
      messages.change(original, { text, blocks: identified(blocks) });
      return;
    }
    const threadTs =
      response.thread_ts ?? (origin.message?.ephemeralFor ? origin.message.threadTs : undefined);
    messages.post({
      channel: origin.channel,
      user: app.botUserId,
      byBot: true,
      text,
      blocks: identified(blocks),
      ...(threadTs !== undefined && { threadTs }),
      ...(response.response_type !== 'in_channel' && { ephemeralFor: origin.user }),
    });
  };

  return {
    issue: (origin) => {
      const id = makeToken();
      for (const [old, { at }] of issued) if (state.now() - at > REMEMBERED_MS) issued.delete(old);
      issued.set(id, { origin, at: state.now(), uses: 0 });
      return `${baseUrl()}/actions/${team.id}/${id}`;
    },
    use: (id, response) => {
      const known = issued.get(id);
      if (!known) throw new SlackError('invalid_url');
      if (state.now() - known.at > LIFETIME_MS) throw new SlackError('expired_url');
      if (known.uses >= USES) throw new SlackError('used_url');
      known.uses += 1;
      apply(known.origin, response);
    },
    apply,
  };
}

/** Puts a postmortem's draft into the incident's thread as a file: once for each state of the incident, however often it is asked for. */
import type { WebClient } from '@slack/web-api';
import type { Messages, Store } from '../engine/ports.ts';
import { AdapterError, UserError } from '../errors.ts';
import { call } from './calls.ts';
import { drawPostmortem } from './chronicle.ts';
import { permalink } from './publish.ts';
import { section, type View } from './views/blocks.ts';

/** Resolves with what whoever asked is told. @throws UserError when there is no such incident */
export type DrawPostmortem = (incident: string) => Promise<View>;

export interface PostmortemDeps {
  readonly client: WebClient;
  readonly store: Store;
  readonly messages: Messages;
  readonly redact: (text: string) => string;
}

/** How long Slack may take to take the file, in milliseconds. */
const UPLOAD_TIMEOUT_MS = 20_000;

export const createDrawPostmortem =
  (deps: PostmortemDeps): DrawPostmortem =>
  async (id) => {
    const { client, messages } = deps;
    const { mark, markdown } = await drawPostmortem(deps, id, (ids) => namesOf(client, ids));
    const card = await messages.find(`incident/${id}`);
    if (!card)
      throw new UserError(
        `${id} has no card in Slack to put it under: \`npx paksa postmortem ${id}\` prints it.`,
      );
    const key = `postmortem/${id}/${mark}`;
    await messages.reserve(key, card.channel);
    const isNew = await messages.hold(key, async (held) => {
      if (held.state === 'sent') return false;
      // Found `sending`, it may stand there already: a file twice is better than none.
      await held.markSending();
      const file = await upload(client, `postmortem-${id.toLowerCase()}.md`, markdown, card);
      await held.markSent(file, markdown);
      return true;
    });
    const link = await permalink(client, card);
    const where = link === undefined ? 'the thread of its card' : `<${link}|the thread of its card>`;
    const text = `📄 The draft of the postmortem of *${id}* ${isNew ? 'is' : 'is already'} in ${where}.`;
    return { text: `The postmortem of ${id} is in its thread`, blocks: [section(text)] };
  };

async function upload(
  client: WebClient,
  filename: string,
  content: string,
  { channel, ts }: { readonly channel: string; readonly ts: string },
): Promise<string> {
  const bytes = Buffer.from(content, 'utf8');
  const { upload_url: url, file_id: file } = await call(
    'files.getUploadURLExternal',
    client.files.getUploadURLExternal({ filename, length: bytes.length }),
  );
  if (url === undefined || file === undefined) throw failed('Slack gave no address to upload to.');
  const sent = await fetch(url, {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw failed('Slack did not take the file.', error);
  });
  if (!sent.ok) throw failed(`Slack did not take the file (${sent.status}).`);
  await call(
    'files.completeUploadExternal',
    client.files.completeUploadExternal({
      files: [{ id: file, title: filename }],
      channel_id: channel,
      thread_ts: ts,
      initial_comment: '📄 A draft of the postmortem: the facts are filled in.',
    }),
  );
  return file;
}

const failed = (message: string, cause?: unknown): AdapterError =>
  new AdapterError(message, {
    system: 'slack',
    operation: 'upload a file',
    fault: 'failed',
    retryable: true,
    cause,
  });

/** More people than this had no part in it. */
const MOST_NAMES = 40;

/** Of those whom Slack knows: whoever is gone is shown by their id. */
async function namesOf(client: WebClient, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const user of ids.slice(0, MOST_NAMES)) {
    try {
      const { user: found } = await call('users.info', client.users.info({ user }));
      const name = found?.profile?.real_name ?? found?.real_name ?? found?.name;
      if (name !== undefined && name !== '') names.set(user, name);
    } catch (error) {
      if (!(error instanceof AdapterError) || error.retryable) throw error;
    }
  }
  return names;
}

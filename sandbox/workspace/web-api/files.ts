/** Uploads in Slack's three steps: ask for an address, send the bytes there, say where to show them. */
import { z } from 'zod';
import { type Fields, fieldsIn } from '../fields.ts';
import { makeId } from '../ids.ts';
import type { Messages } from '../messages.ts';
import type { StoredFile } from '../model.ts';
import { SlackError } from '../slack-error.ts';
import { fileObject } from '../slack-objects.ts';
import type { State } from '../state.ts';
import { commaList, json, optional, required } from './arguments.ts';
import type { Channels } from './channels.ts';
import { checkContent } from './content.ts';
import { type Methods, method } from './method.ts';

const MIME: Record<string, string> = {
  csv: 'text/csv',
  json: 'application/json',
  log: 'text/plain',
  md: 'text/markdown',
  png: 'image/png',
  txt: 'text/plain',
};

function mimeOf(name: string): string {
  return MIME[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

export function fileMethods(
  state: State,
  messages: Messages,
  channels: Channels,
  url: () => string,
): Methods {
  const { botUserId } = state.seed.app;
  const uploaded = (id: string): StoredFile => {
    const file = state.files.get(id);
    if (!file || file.content === undefined) throw new SlackError('file_not_found');
    return file;
  };
  const imageBlocks = (files: readonly StoredFile[]): Fields[] =>
    files
      .filter(({ mimetype }) => mimetype.startsWith('image/'))
      .map(({ id, title }) => ({
        type: 'image',
        block_id: id,
        image_url: `${url()}/files/${id}`,
        alt_text: title,
      }));

  return {
    'files.getUploadURLExternal': method(
      'tier4',
      z.object({ filename: required, length: z.coerce.number().int().min(1) }),
      ({ filename }) => {
        const id = makeId('F');
        state.files.set(id, {
          id,
          name: filename,
          title: filename,
          mimetype: mimeOf(filename),
          user: botUserId,
          created: Math.floor(state.now() / 1000),
          channels: [],
        });
        return { upload_url: `${url()}/upload/v1/${id}`, file_id: id };
      },
    ),

    'files.completeUploadExternal': method(
      'tier4',
      z.object({
        files: json(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
        channel_id: optional,
        channels: commaList,
        thread_ts: optional,
        initial_comment: optional,
        blocks: json(z.unknown()).optional(),
      }),
      (args) => {
        const shared = [...new Set([args.channel_id, ...args.channels])].filter((id) => id !== undefined);
        const targets = shared.map((id) => channels.writable(id).id);
        const files = args.files.map(({ id, title }): StoredFile => {
          const file = uploaded(id);
          return {
            ...file,
            title: title ?? file.title,
            channels: [...new Set([...file.channels, ...targets])],
          };
        });
        for (const file of files) state.files.set(file.id, file);
        const objects = files.map((file) => fileObject(file, url()));
        const text = args.initial_comment ?? '';
        const given =
          fieldsIn(args.blocks).length > 0 ? checkContent({ text, blocks: args.blocks }).blocks : [];
        for (const channel of targets) {
          messages.post({
            channel,
            user: botUserId,
            byBot: true,
            text: text || files.map(({ title }) => title).join(', '),
            blocks: [...given, ...imageBlocks(files)],
            files: objects,
            ...(args.thread_ts !== undefined && { threadTs: args.thread_ts }),
          });
        }
        return { files: objects };
      },
    ),
  };
}

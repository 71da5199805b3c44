/** Text, blocks and metadata that a method is given: within Slack's limits, or refused. */
import { z } from 'zod';
import { identified } from '../block-kit/surface.ts';
import { isOverBudget, validateMessage } from '../block-kit.ts';
import { codePoints, type Fields, fieldsIn } from '../fields.ts';
import { refusedFor, SlackError } from '../slack-error.ts';
import { json, object, optional } from './arguments.ts';

const METADATA_BYTES = 16_000;
const CUT_AT = 40_000;

export const contentArguments = {
  text: optional,
  blocks: json(z.unknown()).optional(),
  attachments: json(z.unknown()).optional(),
  metadata: object.optional(),
};

export interface Content {
  text: string;
  blocks: Fields[];
}

function checkedBlocks(blocks: unknown): Fields[] {
  if (blocks === undefined || blocks === '') return [];
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format');
  if (isOverBudget(blocks)) throw new SlackError('msg_blocks_too_long');
  const problems = validateMessage(blocks);
  if (problems.length > 0) throw refusedFor('invalid_blocks', problems);
  return identified(fieldsIn(blocks));
}

interface Given {
  text?: string | undefined;
  blocks?: unknown;
  attachments?: unknown;
}

/** @throws SlackError `no_text`, `invalid_blocks`, `msg_blocks_too_long` … */
export function checkContent({ text = '', blocks, attachments }: Given): Content {
  const checked = checkedBlocks(blocks);
  if (text === '' && checked.length === 0 && fieldsIn(attachments).length === 0)
    throw new SlackError('no_text');
  return {
    text: codePoints(text) > CUT_AT ? Array.from(text).slice(0, CUT_AT).join('') : text,
    blocks: checked,
  };
}

const metadataSchema = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});

/** @throws SlackError `metadata_too_large`, `invalid_metadata_format` */
export function checkMetadata(metadata: Fields | undefined): Fields | undefined {
  if (metadata === undefined) return undefined;
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES)
    throw new SlackError('metadata_too_large');
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw new SlackError('invalid_metadata_format');
  return parsed.data;
}

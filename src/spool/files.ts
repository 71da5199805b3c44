/** What of the picture and the spool is read back after a restart: written by Paksa itself, and judged all the same. */
import { z } from 'zod';
import type { Entry, Picture } from '../engine/alone.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const KINDS: Readonly<Record<Entry['entry'], readonly string[]>> = {
  begun: ['id', 'since'],
  happened: ['incident', 'happening'],
  delivery: ['delivery'],
  tried: ['tried'],
  message: ['message'],
  settled: ['page', 'user'],
  elsewhere: ['page'],
  received: ['receipt'],
  answered: ['receipt'],
  reply: ['id', 'reply'],
  alerts: ['alerts'],
};

/** Written by this code: its shape is known, and what was torn or comes from elsewhere is not JSON, or lacks a key. */
const entry = z.custom<Entry>((value) => {
  if (!isRecord(value)) return false;
  const keys = Object.entries(KINDS).find(([kind]) => kind === value.entry)?.[1];
  return keys?.every((key) => key in value) ?? false;
});

const picture = z.custom<Picture>(
  (value) =>
    isRecord(value) &&
    typeof value.installation === 'string' &&
    typeof value.at === 'number' &&
    typeof value.machineAt === 'number' &&
    ['replicas', 'incidents', 'overrides', 'silences'].every((key) => Array.isArray(value[key])),
);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** `unread`: lines that are none, such as one that was being written when the power failed. */
export function readEntries(text: string): { readonly entries: Entry[]; readonly unread: number } {
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = lines.flatMap((line) => entry.safeParse(parsed(line)).data ?? []);
  return { entries, unread: lines.length - entries.length };
}

export const readPicture = (text: string): Picture | undefined => picture.safeParse(parsed(text)).data;

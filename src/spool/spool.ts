/**
 * What has happened without the database: in memory, and on disk before anybody acts on it. Where the disk refuses, it goes on
 * in memory, and says so loudly: a page must not wait for a disk.
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry, Picture } from '../engine/alone.ts';
import { gather } from '../store/gather.ts';
import { openLineFile, readIfThere, replaceFile } from './durable.ts';
import { readEntries, readPicture } from './files.ts';

export interface Spool {
  /** What was found at start, and all that was added since; the oldest first. */
  entries(): readonly Entry[];
  /** Resolves with whether it is on the disk. It counts from the call on, whatever the disk says. */
  add(entry: Entry): Promise<boolean>;
  /** Whether the disk took what was last written. */
  isOnDisk(): boolean;
  /** The first `count` have reached the database. False, and nothing is forgotten, when more has come since. */
  clear(count: number): Promise<boolean>;
  /** It cannot be taken over: kept for a person to look at, and no longer in the way. */
  putAside(): Promise<void>;
  /** The picture as it was last kept. */
  picture(): Picture | undefined;
  /** Likewise, for whoever takes the next one: what changes from now on may be missing there, and is added when that is kept. */
  pictureToRenew(): Picture | undefined;
  /** In memory; on disk when it says more than the one there. */
  keepPicture(picture: Picture): Promise<void>;
  /** In memory alone, until the next is kept. */
  updatePicture(change: (picture: Picture) => Picture): void;
  close(): Promise<void>;
}

export interface SpoolOptions {
  /** This replica's own; nobody else writes there. */
  readonly folder: string;
  /** The database's clock, as it is reckoned. */
  readonly now: () => number;
  readonly onError: (error: unknown, what: string) => void;
}

export async function openSpool({ folder, now, onError }: SpoolOptions): Promise<Spool> {
  const picturePath = join(folder, 'picture.json');
  const spoolPath = join(folder, 'spool.jsonl');
  const failed = (what: string) => (error: unknown) => onError(error, what);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(
    failed('the folder of the spool cannot be made'),
  );
  const read = (path: string) =>
    readIfThere(path).catch((error: unknown) => {
      onError(error, `${path} cannot be read`);
      return undefined;
    });
  let picture = readPicture((await read(picturePath)) ?? '');
  let onDisk = picture;
  /** Since the next picture is being taken. */
  let changes: ((picture: Picture) => Picture)[] = [];
  const { entries, unread } = readEntries((await read(spoolPath)) ?? '');
  if (unread > 0) onError(new Error(`${unread} of its lines`), 'the spool was not read whole');
  const file = openLineFile(spoolPath, gather);
  let isOnDisk = true;
  let removed: Promise<unknown> = Promise.resolve();
  let written: Promise<unknown> = Promise.resolve();
  const write = async (added: readonly Entry[]): Promise<boolean> => {
    try {
      // What begins a new spool must not go with the old one.
      await removed;
      await file.append(added.map((entry) => JSON.stringify(entry)));
      isOnDisk = true;
    } catch (error) {
      isOnDisk = false;
      onError(error, 'the spool cannot be written: it goes on in memory alone');
    }
    return isOnDisk;
  };
  return {
    entries: () => entries,
    add: async (entry) => {
      const first: readonly Entry[] =
        entries.length === 0 ? [{ entry: 'begun', id: randomUUID(), since: picture?.at ?? now() }] : [];
      // In memory before anything is awaited: who asks next must find it.
      entries.push(...first, entry);
      const writing = write([...first, entry]);
      written = Promise.all([written, writing]);
      return writing;
    },
    clear: async (count) => {
      await written;
      if (entries.length !== count) return false;
      entries.length = 0;
      removed = file.remove().catch(failed('the spool cannot be removed: it will be read once more'));
      await removed;
      return true;
    },
    isOnDisk: () => isOnDisk,
    putAside: async () => {
      await written;
      entries.length = 0;
      removed = file
        .rename(join(folder, `put-aside-${Date.now()}.jsonl`))
        .catch(failed('the spool cannot be put aside'));
      await removed;
    },
    picture: () => picture,
    pictureToRenew: () => {
      changes = [];
      return picture;
    },
    keepPicture: async (taken) => {
      const next = changes.reduce((known, change) => change(known), taken);
      picture = next;
      if (onDisk && !tellsMore(onDisk, next)) return;
      onDisk = next;
      await replaceFile(picturePath, JSON.stringify(next)).catch(
        failed('the picture cannot be kept on disk'),
      );
    },
    updatePicture: (change) => {
      changes.push(change);
      if (picture && entries.every(waits)) picture = change(picture);
    },
    close: () => file.close(),
  };
}

/** Kept for the database, and not told on top of the picture: whatever is committed meanwhile belongs to that. */
const waits = ({ entry }: Entry): boolean => WAITING.has(entry);
const WAITING: ReadonlySet<Entry['entry']> = new Set(['begun', 'received', 'reply', 'alerts']);

/** How far two clocks may drift apart before it is written down, in milliseconds. */
const DRIFT_MS = 1_000;
/** When the database was last heard is written down so often, in milliseconds. */
const HEARD_MS = 30_000;

/** Most pictures say nothing new; a disk need not hear of them. */
function tellsMore(one: Picture, other: Picture): boolean {
  const offset = (each: Picture) => each.at - each.machineAt;
  return (
    one.incidents !== other.incidents ||
    one.installation !== other.installation ||
    Math.abs(offset(one) - offset(other)) > DRIFT_MS ||
    other.at - one.at > HEARD_MS ||
    one.replicas.join() !== other.replicas.join() ||
    JSON.stringify([one.overrides, one.silences]) !== JSON.stringify([other.overrides, other.silences])
  );
}

/**
 * The audit log: what people asked for and decided, and what came of it. Each entry's hash covers the one before it, so that
 * whoever changes, inserts or removes one breaks all that follow. It is checked here, and not by the database that keeps it.
 */
import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { AuditLog, AuditSearch, SealedEntry } from './ports.ts';

/** The last entry as somebody has kept it elsewhere. */
export interface Anchor {
  readonly seq: number;
  readonly hash: string;
}

export interface AuditVerdict {
  readonly entries: number;
  /** What does not hold; nothing where nobody has touched anything. */
  readonly broken: readonly string[];
  /** The last entry: kept elsewhere, it tells later whether the end was cut off. Absent of an empty log. */
  readonly last?: Anchor;
  readonly isOwn: boolean;
}

const BATCH = 1_000;
/** The first few tell where to look. */
const MOST_BROKEN = 20;

export async function* allEntries(log: AuditLog, after = 0): AsyncGenerator<SealedEntry> {
  for (let seen = after; ; ) {
    const entries = await log.after(seen, BATCH);
    yield* entries;
    const last = entries.at(-1);
    if (!last) return;
    seen = last.seq;
  }
}

export const hashOf = (previous: string, body: string): string =>
  createHash('sha256').update(`${previous}\n${body}`).digest('hex');

/** `anchor`: it has to be there as it was. */
export async function verifyAudit(log: AuditLog, anchor?: Anchor): Promise<AuditVerdict> {
  const broken: string[] = [];
  let last: Anchor = { seq: 0, hash: '' };
  let isAnchored = anchor === undefined;
  for await (const { seq, body, previous, hash } of allEntries(log)) {
    if (seq !== last.seq + 1) broken.push(`${between(last.seq, seq)} missing`);
    else if (previous !== last.hash) broken.push(`entry ${seq} does not follow the one before it`);
    if (hash !== hashOf(previous, body)) broken.push(`entry ${seq} is not what was sealed`);
    if (seq === anchor?.seq) {
      isAnchored = true;
      if (hash !== anchor.hash) broken.push(`entry ${seq} is not the one that you have kept`);
    }
    last = { seq, hash };
  }
  if (!isAnchored)
    broken.push(`entry ${anchor?.seq}, which you have kept, is not there: the end was cut off`);
  for (const { incident, version } of await log.strays(MOST_BROKEN))
    broken.push(`what ${incident}’s own log holds as number ${version} is not in it, or not so`);
  return {
    entries: last.seq,
    broken: broken.slice(0, MOST_BROKEN),
    ...(last.seq > 0 ? { last } : {}),
    isOwn: await log.isOwn(),
  };
}

const between = (before: number, after: number): string =>
  after === before + 2 ? `entry ${before + 1} is` : `entries ${before + 1} to ${after - 1} are`;

/** `1234:9f86d0…`, as the check has printed it. @throws UserError when it is none */
export function anchorOf(written: string): Anchor {
  const [, seq, hash] = /^([1-9]\d{0,15}):([0-9a-f]{64})$/i.exec(written.trim()) ?? [];
  if (seq === undefined || hash === undefined)
    throw new UserError(
      `“${written}” is no entry: give what the last check printed, a number, a colon and a hash.`,
    );
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

const INCIDENT = /^inc-\d{1,12}$/i;
/** As Slack writes a mention, as its ids are, or a name in a terminal. */
const ACTOR = /^(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{6,})|(cli:\S+))$/;

/** What somebody typed: an incident, a person, and whatever else an entry has to hold. */
export function auditSearch(typed: readonly string[]): AuditSearch {
  const incident = typed.find((word) => INCIDENT.test(word));
  const person = typed.find((word) => ACTOR.test(word));
  const [, mentioned, id, terminal] = ACTOR.exec(person ?? '') ?? [];
  return {
    incident: incident?.toUpperCase(),
    actor: mentioned ?? id ?? terminal,
    words: typed.filter((word) => word !== incident && word !== person),
  };
}

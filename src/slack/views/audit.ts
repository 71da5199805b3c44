/** What of the audit log was asked for, the latest first: a line each. */
import type { AuditSearch } from '../../engine/ports.ts';
import { type AuditEntry, auditLine } from '../../incident/audit-entry.ts';
import { context, header, section, type View } from './blocks.ts';
import { clip, clipLines, dateAndTime, LIMIT, oneLine, person } from './text.ts';

export const MOST_ENTRIES = 20;
const MOST_LINE = 220;

export function auditView(found: readonly AuditEntry[], search: AuditSearch): View {
  const lines = found.slice(0, MOST_ENTRIES).map(line);
  const asked = aboutWhat(search);
  const text =
    lines.length === 0 ? `Nothing${asked} is in the audit log.` : `The latest of the audit log${asked}`;
  const isMore = found.length > MOST_ENTRIES;
  return {
    text: clip(text, LIMIT.fallback),
    blocks: [
      header('🧾 Audit log'),
      section(lines.length === 0 ? text : clipLines(lines, LIMIT.section)),
      context(
        `${isMore ? 'There is more: name an incident, somebody, or a word. ' : ''}Entries are sealed one with the other: \`npx paksa audit verify\` checks them, \`npx paksa audit export\` has all of them.`,
      ),
    ],
  };
}

function line(entry: AuditEntry): string {
  const { seq, at, actor, incident } = entry;
  const of = incident === undefined ? '' : ` · *${oneLine(incident)}*`;
  return clip(
    `\`${seq}\` ${dateAndTime(at)} ${person(actor)}${of} · ${oneLine(auditLine(entry))}`,
    MOST_LINE,
  );
}

function aboutWhat({ incident, actor, words }: AuditSearch): string {
  const parts = [
    ...(incident === undefined ? [] : [`of ${oneLine(incident)}`]),
    ...(actor === undefined ? [] : [`by ${person(actor)}`]),
    ...(words.length === 0 ? [] : [`with ${words.map((word) => `“${clip(oneLine(word), 40)}”`).join(', ')}`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}

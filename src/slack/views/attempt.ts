/** One fix on an incident's card: its preview with the decision, its progress, its end with the way back. */
import type { Button, KnownBlock } from '@slack/types';
import { type Attempt, canBeUndone, type Incident, type ProposedFix } from '../../incident/incident.ts';
import type { Preview } from '../../runbook/fix.ts';
import { actions, button, confirmation, context, fields, section } from './blocks.ts';
import { encode } from './button-value.ts';
import type { Room } from './room.ts';
import { andMore, clip, clipLines, escaped, heldUpBy, oneLine, person, time } from './text.ts';

export function attemptBlocks(
  incident: Incident,
  fix: ProposedFix,
  attempt: Attempt,
  room: Room,
): KnownBlock[] {
  const title = titleOf(fix);
  const value = encode({ incident: incident.id, part: fix.id, version: attempt.round });
  const outcome = attempt.outcome === undefined ? '' : `: ${clip(escaped(attempt.outcome), room.prose)}`;
  const decided = attempt.decidedBy === undefined ? '' : person(attempt.decidedBy);
  switch (attempt.stage) {
    case 'previewing':
      return [section(`⏳ *${title}*: looking at what it would change, for ${person(attempt.requestedBy)}…`)];
    case 'awaiting-approval':
      return attempt.preview ? decisionBlocks(incident, fix, attempt, attempt.preview, room) : [];
    case 'approved':
    case 'running':
    case 'verifying':
      return [
        section(`*${title}*`),
        section(progress(attempt, [`Approved by ${decided}`, 'Acting', 'Checking that it helped'], APPROVED)),
        ...heldUp(attempt),
      ];
    case 'undoing':
    case 'undo-running':
    case 'verifying-undo':
      return [
        section(`*Undo: ${title}*`),
        section(
          progress(attempt, [`Asked for by ${decided}`, 'Putting back', 'Checking that it is back'], UNDOING),
        ),
        ...heldUp(attempt),
      ];
    case 'succeeded':
      return [
        section(`✅ *${title}* worked and was verified${outcome}`),
        ...undoBlocks(fix, attempt, value, room),
      ];
    case 'failed':
      return [section(`❌ *${title}* did not help${outcome}`), ...undoBlocks(fix, attempt, value, room)];
    case 'undone':
      return [section(`↩️ *${title}* was undone by ${decided}${outcome}`)];
    case 'undo-failed':
      return [section(`❌ *${title}* could not be undone${outcome}`)];
    case 'preview-failed':
      return [section(`⚠️ *${title}* cannot be previewed, so it cannot be approved${outcome}`)];
    case 'denied':
      return [section(`🚫 *${title}* was denied by ${decided}${outcome}`)];
    case 'withdrawn':
      return [context(`*${title}* was withdrawn`)];
    case 'expired':
      return [section(`⌛ *${title}*: nobody decided in time`)];
  }
}

const titleOf = ({ title }: ProposedFix): string => clip(oneLine(title), 150);

function decisionBlocks(
  incident: Incident,
  fix: ProposedFix,
  attempt: Attempt,
  preview: Preview,
  room: Room,
): KnownBlock[] {
  const value = encode({ incident: incident.id, part: fix.id, version: attempt.round });
  const changes = preview.changes.map(({ what, before, after }) => {
    const from = clip(escaped(before), room.value);
    const to = before === after ? `${from} _(unchanged)_` : `${from} → ${clip(escaped(after), room.value)}`;
    return `*${clip(oneLine(what), 60)}*\n${to}`;
  });
  const shown =
    changes.length > room.changes
      ? [...changes.slice(0, room.changes - 1), andMore(changes.length - room.changes + 1)]
      : changes;
  const notes = preview.notes.map((note) => `• ${escaped(note)}`);
  const undo =
    fix.irreversible === undefined
      ? 'It can be undone.'
      : `It cannot be undone: ${clip(oneLine(fix.irreversible), 150)}.`;
  const until = attempt.expiresAt === undefined ? '' : ` · a decision is due by ${time(attempt.expiresAt)}`;
  return [
    section(`📝 *${titleOf(fix)}*\n${clip(escaped(preview.summary), room.prose)}`),
    ...(shown.length > 0 ? [fields(shown)] : []),
    ...(notes.length > 0 ? [context(clipLines(notes, room.prose))] : []),
    context(`${fix.risk} risk · ${undo} · asked for by ${person(attempt.requestedBy)}${until}`),
    ...actions([
      button('Approve', `approve:${fix.id}`, value, {
        style: 'primary',
        confirm: confirmation(
          `Approve: ${fix.title}?`,
          `${clip(escaped(preview.summary), 110)}.\n${undo}`,
          'Approve',
        ),
      }),
      button('Deny…', `deny:${fix.id}`, value, { style: 'danger' }),
    ]),
  ];
}

const undoBlocks = (fix: ProposedFix, attempt: Attempt, value: string, room: Room): KnownBlock[] => {
  if (fix.irreversible !== undefined)
    return [context(`It cannot be undone: ${clip(oneLine(fix.irreversible), room.prose)}`)];
  if (!canBeUndone(attempt)) return [];
  const undo: Button = button('Undo', `undo:${fix.id}`, value, {
    confirm: confirmation(
      `Undo: ${fix.title}?`,
      'What was there before is put back, unless something has changed since. Then Paksa checks that it is back.',
      'Undo',
    ),
  });
  return actions([undo]);
};

const heldUp = ({ heldUpBy: by }: Attempt): KnownBlock[] =>
  by === undefined ? [] : [context(`⏸️ Waits ${heldUpBy(by)}`)];

const APPROVED = ['approved', 'running', 'verifying'] as const;
const UNDOING = ['undoing', 'undo-running', 'verifying-undo'] as const;

/** The first step is behind us as soon as the attempt is here at all. */
function progress(attempt: Attempt, steps: readonly string[], stages: readonly Attempt['stage'][]): string {
  const at = stages.indexOf(attempt.stage);
  return steps
    .map((step, index) => {
      const done = index === 0 || index < at;
      const isNow = index === Math.max(1, at);
      return `${done ? '✅' : isNow ? '⏳' : '▫️'} ${step}`;
    })
    .join('\n');
}

/** One fix on an incident's card: its preview, its progress, its end with the way back. */
import type { Button, KnownBlock } from '@slack/types';
import { type Attempt, canBeUndone, type Incident, type ProposedFix } from '../../incident/incident.ts';
import { actions, button, confirmation, context, section } from './blocks.ts';
import { encode } from './button-value.ts';
import { decisionBlocks, titleOf } from './decision.ts';
import type { Room } from './room.ts';
import { clip, clipLines, escaped, heldUpBy, oneLine, person } from './text.ts';

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
  const approvers = [attempt.approvedBy, attempt.decidedBy]
    .flatMap((id) => (id === undefined ? [] : [person(id)]))
    .join(' and ');
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
        section(
          progress(attempt, [`Approved by ${approvers}`, 'Acting', 'Checking that it helped'], APPROVED),
        ),
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

const undoBlocks = (fix: ProposedFix, attempt: Attempt, value: string, room: Room): KnownBlock[] => {
  if (fix.irreversible !== undefined)
    return [context(`It cannot be undone: ${clip(oneLine(fix.irreversible), room.prose)}`)];
  if (!canBeUndone(attempt)) return [];
  const back = putBack(fix, attempt);
  const undo: Button = button('Undo', `undo:${fix.id}`, value, {
    confirm: confirmation(
      `Undo: ${fix.title}?`,
      `${clip(back.join('\n'), 180)}\nUnless something has changed since. Then Paksa checks that it is back.`,
      'Undo',
    ),
  });
  return [context(clipLines([`↩️ Undo: ${back[0]}`, ...back.slice(1)], room.prose)), ...actions([undo])];
};

/** What an undo would do: what its fix has changed, the other way round. */
const putBack = ({ undo }: ProposedFix, { preview }: Attempt): readonly [string, ...string[]] => [
  undo === undefined ? 'What was there before is put back.' : `${oneLine(undo)}.`,
  ...(preview?.changes ?? [])
    .filter(({ before, after }) => before !== after)
    .map(({ what, before, after }) => `• ${oneLine(what)}: ${oneLine(after)} → ${oneLine(before)}`),
];

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

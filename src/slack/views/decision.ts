/** What is decided on: the preview, how much it risks, who may, and the buttons for it. */
import type { KnownBlock } from '@slack/types';
import { type Attempt, type Incident, type ProposedFix, takesTwo } from '../../incident/incident.ts';
import type { Preview } from '../../runbook/fix.ts';
import { actions, button, confirmation, context, fields, section } from './blocks.ts';
import { encode } from './button-value.ts';
import type { Room } from './room.ts';
import { andMore, clip, clipLines, escaped, oneLine, person, time } from './text.ts';

export const titleOf = ({ title }: ProposedFix): string => clip(oneLine(title), 150);

export function decisionBlocks(
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
  const unseen = (preview.unseen ?? []).map((what) => `⚠️ Not looked at: ${escaped(what)}`);
  const undo =
    fix.irreversible === undefined
      ? 'It can be undone.'
      : `It cannot be undone: ${clip(oneLine(fix.irreversible), 150)}.`;
  const until = attempt.expiresAt === undefined ? '' : ` · a decision is due by ${time(attempt.expiresAt)}`;
  return [
    section(`📝 *${titleOf(fix)}*\n${clip(escaped(preview.summary), room.prose)}`),
    ...(shown.length > 0 ? [fields(shown)] : []),
    ...(unseen.length > 0 ? [context(clipLines(unseen, room.prose))] : []),
    ...(notes.length > 0 ? [context(clipLines(notes, room.prose))] : []),
    context(`${risk(fix, attempt)} · ${undo} · asked for by ${person(attempt.requestedBy)}${until}`),
    ...(takesTwo(incident, attempt) ? [context(twoPeople(attempt))] : []),
    ...actions([
      button('Approve', `approve:${fix.id}`, value, {
        style: 'primary',
        confirm: confirmation(
          `Approve: ${fix.title}?`,
          `${clip(escaped(preview.summary), 110)}.\n${undo}${takesTwo(incident, attempt) && attempt.approvedBy === undefined ? ' Somebody else has to approve it as well.' : ''}`,
          'Approve',
        ),
      }),
      button('Deny…', `deny:${fix.id}`, value, { style: 'danger' }),
      ...(incident.policy.approval.breakGlass ? [button('Break the glass…', `glass:${fix.id}`, value)] : []),
    ]),
  ];
}

const risk = ({ risk: own }: ProposedFix, { weighed }: Attempt): string => {
  const why = weighed && weighed.why.length > 0 ? ` (${clip(oneLine(weighed.why.join('; ')), 150)})` : '';
  return `${weighed?.risk ?? own} risk${why}`;
};

const twoPeople = ({ requestedBy, approvedBy }: Attempt): string =>
  approvedBy === undefined
    ? `👥 It takes two people, and not ${person(requestedBy)}.`
    : `👥 ${person(approvedBy)} has approved it. It takes one more, and not ${person(requestedBy)}.`;

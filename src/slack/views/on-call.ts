/** Who is on call, until when, who is next, and when nobody is; and what is said of an override. */
import type { KnownBlock } from '@slack/types';
import type { OnCall } from '../../engine/on-call.ts';
import type { OverrideNews } from '../../engine/override.ts';
import type { RecordedOverride } from '../../engine/ports.ts';
import type { Span } from '../../policy/schedule.ts';
import { actions, button, context, divider, header, section, type View } from './blocks.ts';
import { sayView } from './reply.ts';
import { clip, clipLines, dateAndTime, escaped, oneLine, person, plural } from './text.ts';

/** What a button of a schedule does; its `action_id` begins so, and its value is a schedule's name or an override's id. */
export const OVERRIDE = 'override';
/** Of more, each is asked for by its name. */
const MOST_SCHEDULES = 12;
const MOST_GAPS = 5;
/** Of each, where there are several: a message has room for so much. */
const MOST_GAPS_OF_EACH = 2;

export function onCallView(all: readonly OnCall[]): View {
  if (all.length === 0) return sayView('No schedule is configured: add one under “schedules” in paksa.yaml.');
  const shown = all.slice(0, MOST_SCHEDULES);
  const more = all.length - shown.length;
  return {
    text: shown
      .map(({ schedule, user }) => `${schedule.name}: ${user === undefined ? 'nobody' : person(user)}`)
      .join(', '),
    blocks: [
      header(`☎️ On call${shown.length === 1 ? `: ${shown[0]?.schedule.name ?? ''}` : ''}`),
      ...shown.flatMap((onCall, index) => [
        ...(index === 0 ? [] : [divider]),
        ...scheduleBlocks(onCall, shown.length > 1),
      ]),
      ...(more > 0 ? [context(`… and ${more} more: \`/paksa oncall NAME\``)] : []),
    ],
  };
}

function scheduleBlocks(onCall: OnCall, isNamed: boolean): KnownBlock[] {
  const { schedule, next, inForce } = onCall;
  const lines = [
    ...(isNamed ? [`*${oneLine(schedule.name)}*`] : []),
    now(onCall),
    ...(inForce ? [standsIn(inForce.override, inForce.insteadOf)] : []),
    ...(next
      ? [`Next: ${person(next.user)}, from ${dateAndTime(next.from)} to ${dateAndTime(next.to)}`]
      : []),
  ];
  return [
    section(lines.join('\n')),
    context(
      `${gapsText(onCall.gaps, isNamed ? MOST_GAPS_OF_EACH : MOST_GAPS)} · hand-overs by the clock of ${oneLine(schedule.timeZone)}`,
    ),
    ...actions([
      button('Stand in…', `${OVERRIDE}:new:${schedule.name}`, schedule.name),
      ...(inForce ? [endButton(inForce.override)] : []),
    ]),
  ];
}

function now({ user, until }: OnCall): string {
  const end = until === undefined ? '' : ` until ${dateAndTime(until)}`;
  return user === undefined ? `🚨 *Nobody* is on call${end}.` : `${person(user)} is on call${end}.`;
}

const standsIn = ({ madeBy }: RecordedOverride, insteadOf: string | undefined): string =>
  `_instead of ${insteadOf === undefined ? 'nobody' : person(insteadOf)}: an override by ${person(madeBy)}_`;

function gapsText(gaps: readonly Span[], most: number): string {
  if (gaps.length === 0) return 'No gap within 14 days';
  const lines = gaps.map(({ from, to }) => `${dateAndTime(from)} to ${dateAndTime(to)}`);
  return `⚠️ ${plural(gaps.length, 'gap')} within 14 days, nobody is on call:\n${clipLines(lines, 1500, most)}\n`;
}

const endButton = ({ id }: RecordedOverride) => button('End the override', `${OVERRIDE}:end:${id}`, id);

/** What whoever made or ended it is told. */
export function overriddenView({ schedule, user, from, to, endedBy }: RecordedOverride): View {
  const named = `“${oneLine(schedule)}”`;
  const text =
    endedBy === undefined
      ? `☎️ ${person(user)} is on call in ${named} from ${dateAndTime(from)} to ${dateAndTime(to)}.`
      : `☎️ The override of ${person(user)} in ${named} has ended.`;
  return { text, blocks: [section(text)] };
}

/** What whoever stands in is told, in their own conversation; drawn again when it is ended. */
export function standInView({ override }: OverrideNews): View {
  const { schedule, from, to, madeBy, endedBy } = override;
  const named = `*${oneLine(schedule)}*`;
  if (endedBy !== undefined) {
    const text = `☎️ You are not on call in ${named} any more: ${person(endedBy)} ended the override.`;
    return { text, blocks: [section(text)] };
  }
  const text = `☎️ You are on call in ${named} from ${dateAndTime(from)} to ${dateAndTime(to)}.`;
  return {
    text,
    blocks: [
      section(text),
      context(`An override by ${person(madeBy)}. Pages to this schedule come to you then.`),
      ...actions([endButton(override)]),
    ],
  };
}

/** What whoever made it is told when whoever is to stand in cannot be. */
export function untoldView({ override: { schedule, user } }: OverrideNews, why: string): View {
  const text = `⚠️ ${person(user)} stands in for *${oneLine(schedule)}* and could not be told: ${clip(escaped(why), 500)} Pages would not reach them either.`;
  return { text, blocks: [section(text)] };
}

/** What whoever is on call again is told. */
export function relievingView({ override }: OverrideNews): View {
  const text = `☎️ You are on call in *${oneLine(override.schedule)}* again: ${person(override.endedBy ?? 'paksa')} ended the override of ${person(override.user)}.`;
  return { text, blocks: [section(text)] };
}

/** What is silenced and what is coming; what is said of a silence that is made, waits to be meant, or has ended. */
import type { KnownBlock } from '@slack/types';
import type { RecordedSilence } from '../../engine/ports.ts';
import type { Quiet } from '../../engine/silence.ts';
import type { Incident } from '../../incident/incident.ts';
import type { MaintenanceWindow, Period } from '../../policy/silence.ts';
import { actions, button, confirmation, context, header, section, type View } from './blocks.ts';
import { clip, clipLines, dateAndTime, LIMIT, oneLine, person, plural } from './text.ts';

/** A button's `action_id` begins so; its value is a silence's id. */
export const SILENCE = 'silence';
const MOST_SHOWN = 12;
/** Of each, so that a dozen of them are a message. */
const MOST_REASON = 200;

type What = Pick<RecordedSilence, 'environment' | 'topic' | 'labels'>;

const what = ({ environment, topic, labels }: What): string => {
  const only = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const alerts = only.length === 0 ? '' : `, alerts with ${clip(oneLine(only.join(' ')), 200)}`;
  return `*${topic === undefined ? 'every topic' : clip(oneLine(topic), 80)}* in *${clip(oneLine(environment), 80)}*${alerts}`;
};

const because = (reason: string): string => `_${clip(oneLine(reason), MOST_REASON)}_`;

const span = (from: number, to: number, at: number): string =>
  from <= at ? `until ${dateAndTime(to)}` : `from ${dateAndTime(from)} to ${dateAndTime(to)}`;

const endButton = ({ id }: RecordedSilence) =>
  button('End it', `${SILENCE}:end:${id}`, id, {
    confirm: confirmation(
      'End the silence?',
      'Ladders of what is open go on, and people are paged.',
      'End it',
    ),
  });

/** For the channel; drawn again when it is ended. */
export function announcedView(silence: RecordedSilence): View {
  const { from, to, madeAt, madeBy, reason, endedBy } = silence;
  if (endedBy !== undefined) {
    const text = `🔔 ${what(silence)} is silenced no longer: ${person(endedBy)} ended it. ${because(reason)}`;
    return { text: 'A silence was ended', blocks: [section(text)] };
  }
  const text = `🔕 ${what(silence)} is silenced ${span(from, to, madeAt)}. ${because(reason)}`;
  return {
    text: clip(`Silenced by ${person(madeBy)}: ${what(silence)}`, LIMIT.fallback),
    blocks: [
      section(text),
      context(
        `By ${person(madeBy)} · nobody is paged then, unless somebody escalates or declares an emergency`,
      ),
      ...actions([endButton(silence)]),
    ],
  };
}

/** What whoever made or ended it is told. */
export function silencedView(silence: RecordedSilence): View {
  const { id, from, to, madeAt, endedBy } = silence;
  const text =
    endedBy === undefined
      ? `🔕 ${what(silence)} is silenced ${span(from, to, madeAt)}. \`/paksa unsilence ${id}\` ends it.`
      : `🔔 ${what(silence)} is silenced no longer.`;
  return { text: clip(text, LIMIT.fallback), blocks: [section(text)] };
}

/** It would silence what is open: that has to be meant. */
export function unsureView(silence: RecordedSilence, open: readonly Incident[]): View {
  const lines = open.map(
    ({ id, title, severity, ladder }) =>
      `• *${id}* ${clip(oneLine(title), 150)} · ${severity}${ladder.level > 0 ? ` · level ${ladder.level} has been paged` : ''}`,
  );
  const ask = `⚠️ *${plural(open.length, 'incident')} open would be silenced*: nobody would be paged for ${open.length === 1 ? 'it' : 'them'} until ${dateAndTime(silence.to)}.`;
  return {
    text: 'What is open would be silenced',
    blocks: [
      section(clipLines([ask, ...lines], LIMIT.section)),
      context('Nothing is silenced yet. Acknowledge instead, if you are at it.'),
      ...actions([
        button('Silence all the same', `${SILENCE}:sure:${silence.id}`, silence.id, { style: 'danger' }),
      ]),
    ],
  };
}

export function silencesView({ at, silences, windows }: Quiet): View {
  const all = [
    ...silences.map((silence) => ({ from: silence.from, blocks: silenceBlocks(silence, at) })),
    ...windows.map(({ window, period }) => ({ from: period.from, blocks: windowBlocks(window, period, at) })),
  ].toSorted((a, b) => a.from - b.from);
  const more = all.length - MOST_SHOWN;
  const now = all.filter(({ from }) => from <= at).length;
  const text = all.length === 0 ? 'Nothing is silenced.' : `${now} in force, ${all.length - now} coming`;
  return {
    text,
    blocks: [
      header('🔕 Silences'),
      ...(all.length === 0 ? [section('Nothing is silenced, now or later.')] : []),
      ...all.slice(0, MOST_SHOWN).flatMap(({ blocks }) => blocks),
      ...(more > 0 ? [context(`… and ${more} more: \`npx paksa silences\` has all of them`)] : []),
      ...actions([button('Silence…', `${SILENCE}:new`, '')]),
    ],
  };
}

const mark = (from: number, at: number): string => (from <= at ? '🔕' : '⏲️');

const silenceBlocks = (silence: RecordedSilence, at: number): KnownBlock[] => [
  section(
    `${mark(silence.from, at)} ${what(silence)} ${span(silence.from, silence.to, at)}\n${because(silence.reason)} (${person(silence.madeBy)}, silence ${silence.id})`,
  ),
  ...actions([endButton(silence)]),
];

function windowBlocks(window: MaintenanceWindow, { from, to }: Period, at: number): KnownBlock[] {
  const { name, environments, topics, labels = {}, reason } = window;
  const scope = what({
    environment: environments?.join(', ') ?? 'every environment',
    ...(topics === undefined ? {} : { topic: topics.join(', ') }),
    labels,
  });
  return [
    section(
      `${mark(from, at)} ${scope} ${span(from, to, at)}\n${because(reason)} (maintenance window ${name})`,
    ),
  ];
}

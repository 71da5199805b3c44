/** What people read while Paksa works without its database, and when it is back. */
import type { Happening, Untaken } from '../../incident/event.ts';
import type { Incident, PageRef } from '../../incident/incident.ts';
import { context, section, type View } from './blocks.ts';
import { clip, dateAndTime, escaped, LIMIT, oneLine, person, plural } from './text.ts';

const say = (fallback: string, ...blocks: View['blocks']): View => ({
  text: clip(escaped(fallback), LIMIT.fallback),
  blocks,
});

/** In the environments' channels, once. `since`: when the database was last heard. */
export const awayView = (since: number): View =>
  say(
    'Paksa’s own database is away: ladders go on from memory.',
    section(
      `🗄️ *Paksa’s own database has been away* since ${dateAndTime(since)}. Open ladders go on from memory: people are paged, and *Acknowledge*, *Escalate now* and *Resolve* count at once.`,
    ),
    context(
      'Everything else is kept, and done when the database is back: commands, other buttons, new alerts. No fix runs until then. Cards are not brought up to date.',
    ),
  );

export const backView = (since: number, at: number): View =>
  say(
    'Paksa’s own database is back.',
    section(
      `🗄️ *Paksa’s own database is back*, away from ${dateAndTime(since)} to ${dateAndTime(at)}. What happened meanwhile is in the incidents’ threads; what was kept is being done.`,
    ),
  );

/** In the thread: this step's pages are out. Other replicas read it too. */
export function stepView({ policy }: Incident, { level, attempt }: PageRef): View {
  const name = clip(oneLine(policy.escalation.levels[level - 1]?.name ?? ''), 80);
  const again = attempt > 1 ? `, page ${attempt}` : '';
  return say(
    `Paging level ${level}, from memory`,
    section(`📟 Paging *level ${level} · ${name}*${again}, from memory: Paksa’s own database is away.`),
  );
}

export const stoppedView = (status: Incident['status'], by: string): View =>
  say(
    `The ladder is stopped, from memory: ${status}`,
    section(
      `${status === 'resolved' ? '✅' : '👀'} ${person(by)} ${status === 'resolved' ? 'resolved' : 'acknowledged'} it: the ladder is stopped. Paksa’s own database is away; it is written down when it is back.`,
    ),
  );

/** To whoever pressed a button that counts at once. */
export const countedView = ({ id, status }: Incident): View =>
  say(
    `${id}: done, from memory`,
    section(
      status === 'open'
        ? `📣 *${id}*: the next level is being paged. Paksa’s own database is away: the card follows when it is back.`
        : `${status === 'resolved' ? '✅' : '👀'} *${id}* is ${status}: the ladder is stopped. Paksa’s own database is away: the card follows when it is back.`,
    ),
  );

/** To whoever asked for anything else. `isChange`: it would have something done to the infrastructure. */
export const keptView = (isChange: boolean): View =>
  say(
    'Kept: Paksa’s own database is away.',
    section('🗄️ Kept, not done yet: Paksa’s own database is away. It is done when the database is back.'),
    ...(isChange
      ? [
          context(
            'Nothing is changed without the database. If it comes back after the time to decide is over, this counts for nothing: ask for it again then.',
          ),
        ]
      : []),
  );

/** To whoever asked for a change so long ago that it is not theirs to want any more. */
export const voidView = (at: number): View =>
  say(
    'Not done: it was asked for too long ago.',
    section(
      `🙅 Not done: you pressed it ${dateAndTime(at)}, while Paksa’s own database was away, and the time to decide is over. Look at the card, and ask again if it is still wanted.`,
    ),
  );

type CaughtUp = Extract<Happening, { type: 'caught-up' }>;

/** In the thread, under what happened meanwhile. */
export function caughtUpLine({ since, at, paged, untaken }: CaughtUp): string {
  const pages = paged === 0 ? 'no page went out' : `${plural(paged, 'page')} went out`;
  return [
    `🗄️ Paksa’s own database was away from ${dateAndTime(since)} to ${dateAndTime(at)}: meanwhile ${pages} from memory.`,
    ...untaken.map((each) => `⚠️ ${whatOf(each)}, and it does not count: ${clip(escaped(each.why), 300)}`),
  ].join('\n');
}

function whatOf({ what, by }: Untaken): string {
  const who = by === undefined ? 'Paksa' : person(by);
  switch (what) {
    case 'acknowledged':
    case 'resolved':
      return `${who} ${what} it from memory`;
    case 'escalated':
      return `${who} asked for more people from memory`;
    case 'other':
      return 'Something was done from memory';
    default:
      return `Level ${what.slice('level/'.length)} was paged from memory`;
  }
}

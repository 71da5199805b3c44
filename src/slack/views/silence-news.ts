/** What the thread says of a silence: that the ladder stopped for it, what it kept quiet, and that it is over. */
import type { SilenceNews } from '../../incident/event.ts';
import { clip, dateAndTime, escaped, oneLine, person, time } from './text.ts';

export function silenceLine(news: SilenceNews): string {
  switch (news.news) {
    case 'silenced': {
      const { until, reason, by } = news;
      const who = by === undefined ? 'A maintenance window' : `A silence by ${person(by)}`;
      return `🔕 ${who}: nobody is paged until ${dateAndTime(until)}. The ladder has stopped. _${clip(oneLine(reason), 300)}_`;
    }
    case 'kept-quiet':
      return `🔕 ${clip(escaped(news.why), 600)} Nobody is paged: it is silenced until ${dateAndTime(news.until)}.`;
    case 'silence-over': {
      const over = news.isEarly ? 'It is silenced no longer' : 'The silence is over';
      return news.nextAt === undefined
        ? `🔔 ${over}.`
        : `🔔 ${over}: the ladder goes on at ${time(news.nextAt)}, from its first level.`;
    }
  }
}

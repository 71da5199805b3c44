/** What the incident's thread says of a procedure: each step's beginning and end, with who, how long, and what was seen. */
import type { ProcedureNews } from '../../incident/event.ts';
import { stepFindingLines } from './step.ts';
import { clip, clipLines, escaped, oneLine, person, took } from './text.ts';

/** Of one reason, and of what was seen: what follows in the same message must still be read. */
const MOST_SAID = 400;
const MOST_SEEN = 900;

const ENDS = { done: '✔️', failed: '✖️', skipped: '⏭️' } as const;

export function procedureLine(news: ProcedureNews): string {
  const title = `*${clip(oneLine(news.title), 150)}*`;
  switch (news.news) {
    case 'step-begun':
      return `▶️ Step ${news.number} of ${news.of}: ${title}`;
    case 'step-ended': {
      const { state, number, of, by, tookMs, findings = [] } = news;
      const note = news.note === undefined ? '' : `: ${clip(escaped(news.note), MOST_SAID)}`;
      const said = `${ENDS[state]} Step ${number} of ${of}, ${title}: ${state} after ${took(tookMs)}, ${clip(person(by), 150)}${note}`;
      const seen = stepFindingLines(findings);
      return seen.length > 0 ? `${said}\n${clipLines(seen, MOST_SEEN)}` : said;
    }
    case 'procedure-ended': {
      const why = news.why === undefined ? '' : `: ${clip(escaped(news.why), MOST_SAID)}`;
      return news.how === 'finished'
        ? `🏁 ${title} has been gone through, in ${took(news.tookMs)}. Resolve the incident when all is well.`
        : `⏹️ ${title} has ended where it was, after ${took(news.tookMs)}${why}`;
    }
  }
}

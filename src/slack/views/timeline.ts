/** What the incident's thread says of a line of its log. Some lines say nothing there: the card shows them. */
import type { LogEntry } from '../../engine/ports.ts';
import type { Deed, Effect, LadderNews } from '../../incident/event.ts';
import { type Incident, type PageRef, proposedFix } from '../../incident/incident.ts';
import { HAND_OVER } from '../../policy/ladder.ts';
import type { Responder } from '../../policy/policy.ts';
import type { Finding } from '../../runbook/finding.ts';
import type { Preview } from '../../runbook/fix.ts';
import { alertLine, firing } from './alerts.ts';
import { caughtUpLine } from './alone.ts';
import { seenLines } from './findings.ts';
import { type Links, lifeLine } from './life-news.ts';
import { procedureLine } from './procedure-news.ts';
import { silenceLine } from './silence-news.ts';
import { clip, escaped, heldUpBy, LIMIT, oneLine, person, plural, responder, responders } from './text.ts';

export interface TimelineEntry {
  readonly text: string;
  /** Shown in the channel too: nobody may miss it. */
  readonly broadcast: boolean;
}

/** Of one reason: what the ladder did about it must still be read. */
const MOST_SAID = 600;
/** Of all that was seen at once; what is well has half as much beside it. */
const MOST_SEEN = 1_200;

/** What was done at a service that was paged. */
const DONE_THERE: Readonly<Record<Deed, string>> = {
  acknowledge: 'acknowledged it',
  unacknowledge: 'took the acknowledgement back',
  escalate: 'called more people',
  resolve: 'resolved it',
  reopen: 'opened it again',
  note: 'noted something',
};

const by = ({ via }: { readonly via?: string }): string =>
  via === undefined ? '' : ` by ${clip(oneLine(via), 40)}`;

/** `links`: cards of the incidents that it was merged into, or that were merged into it. */
export function timelineEntry(
  incident: Incident,
  entry: LogEntry,
  links: Links = new Map(),
): TimelineEntry | undefined {
  const text = told(incident, entry, { links, mostSeen: MOST_SEEN });
  return text === '' ? undefined : { text: clip(text, LIMIT.section), broadcast: isForAll(entry) };
}

/** As the thread says it, with every finding, however many they are; empty where the thread says nothing. */
export const toldWhole = (incident: Incident, entry: LogEntry): string =>
  told(incident, entry, { links: new Map(), mostSeen: Number.POSITIVE_INFINITY });

interface Telling {
  readonly links: Links;
  /** How long what was seen at once may be. */
  readonly mostSeen: number;
}

function told(incident: Incident, entry: LogEntry, telling: Telling): string {
  const news = entry.effects.flatMap((effect) => (effect.do === 'tell' ? [effect.text] : []));
  const lines = [sentence(incident, entry, telling), ...news.map((each) => newsLine(incident, each))];
  return lines.filter((line) => line !== '').join('\n');
}

type News = Extract<Effect, { do: 'tell' }>['text'];

function newsLine(incident: Incident, news: News): string {
  switch (news.news) {
    case 'climbed':
    case 'exhausted':
      return ladderLine(incident, news);
    case 'alerts-unseen':
    case 'alerts-over':
    case 'alerts-problem-left':
    case 'alerts-unknown-left':
      return alertLine(news);
    case 'silenced':
    case 'kept-quiet':
    case 'silence-over':
      return silenceLine(news);
    case 'glass-broken':
      return `🔨 *The glass was broken*: ${person(news.by)} decided alone, because ${clip(escaped(news.reason), MOST_SAID)}\n${responders(incident.policy.approval.approvers)}: one of you looks at it afterwards, on the card.`;
    case 'review-owed':
      return `🔨 ${person(news.by)} broke the glass for *${clip(oneLine(news.title), 150)}*, and nobody has reviewed that yet: ${clip(escaped(news.reason), MOST_SAID)}\n${responders(incident.policy.approval.approvers)}: please look at it, on the card.`;
    default:
      return procedureLine(news);
  }
}

const FOR_ALL: ReadonlySet<News['news']> = new Set(['exhausted', 'glass-broken', 'review-owed']);

/** That nobody is left to page; that somebody decided alone; and that an emergency was declared, where the card is an older one. */
const isForAll = ({ seq, happening, effects }: LogEntry): boolean =>
  effects.some((effect) => effect.do === 'tell' && FOR_ALL.has(effect.text.news)) ||
  (happening.type === 'procedure-started' && happening.plan.emergency && seq > 1);

/** What was seen, under what led to it. */
const withSeen = (said: string, findings: readonly Finding[], { mostSeen }: Telling): string =>
  [said, ...seenLines(findings, mostSeen)].join('\n');

function sentence(incident: Incident, { happening, effects }: LogEntry, telling: Telling): string {
  const who = person(happening.actor);
  const fixTitle = (id: string) => `*${clip(oneLine(proposedFix(incident, id)?.title ?? id), 150)}*`;
  switch (happening.type) {
    case 'opened': {
      const { ladder } = incident.policy;
      const by = ladder === undefined ? '' : ` Its ladder is “${oneLine(ladder)}”.`;
      if (happening.alerts)
        return `🔔 Opened by ${who}: ${firing(happening.alerts.names.map(({ name }) => name))}. Looking why.${by}`;
      return withSeen(
        `🔔 Opened for ${who}: ${plural(happening.findings.filter(({ status }) => status === 'problem').length, 'problem')} found.${by}`,
        happening.findings,
        telling,
      );
    }
    case 'alerted':
      return happening.joined.length === 0 ? '' : `🔔 ${who}: ${firing(happening.joined)} too.`;
    case 'alert-resolved':
      return `🔕 ${who}: no alert fires any more. Looking whether all is well.`;
    case 'diagnosed': {
      const problems = happening.findings.filter(({ status }) => status === 'problem').length;
      const looked = incident.alerts ? 'Looked' : 'Looked again';
      const none = incident.alerts ? 'the checks see no problem' : 'no problem is left';
      return withSeen(
        `🔎 ${looked}: ${problems === 0 ? none : plural(problems, 'problem')}.`,
        happening.findings,
        telling,
      );
    }
    case 'fix-requested':
      return `${who} asked for ${fixTitle(happening.fix)}.`;
    case 'previewed':
      return `📝 ${fixTitle(happening.fix)} waits for a decision: ${clip(responders(incident.policy.approval.approvers), MOST_SAID)}.\n${wouldDo(happening.preview)}`;
    case 'preview-failed':
      return `⚠️ ${fixTitle(happening.fix)} could not be previewed: ${clip(escaped(happening.reason), MOST_SAID)}`;
    case 'approved':
      return effects.some((effect) => effect.do === 'run')
        ? `👍 ${who} approved ${fixTitle(happening.fix)}.`
        : `👍 ${who} approved ${fixTitle(happening.fix)}: it takes one more, ${clip(responders(incident.policy.approval.approvers), MOST_SAID)}.`;
    case 'reviewed':
      return `🧐 ${who} reviewed why the glass was broken for ${fixTitle(happening.fix)}: ${clip(escaped(happening.remark), MOST_SAID)}`;
    case 'denied':
      return `🚫 ${who} decided against ${fixTitle(happening.fix)}${happening.reason === undefined ? '.' : `: ${clip(escaped(happening.reason), MOST_SAID)}`}`;
    case 'drifted':
      return `🔀 What ${fixTitle(happening.fix)} would change has changed since it was approved. There is a new preview; it needs a new decision.\n${wouldDo(happening.preview)}`;
    case 'held-up':
      return `⏸️ ${fixTitle(happening.fix)} waits ${heldUpBy(happening.by)}`;
    case 'started':
      return `▶️ ${fixTitle(happening.fix)} begins.`;
    case 'undo-captured':
      return '💾 What was there before is kept.';
    case 'acted':
      return `🔧 ${clip(escaped(happening.outcome), MOST_SAID)}. Checking.`;
    case 'failed':
      return `❌ ${fixTitle(happening.fix)}: ${clip(escaped(happening.reason), MOST_SAID)}`;
    case 'lost':
      return `❓ ${fixTitle(happening.fix)} was interrupted. It is not run again; Paksa looks whether it acted.`;
    case 'verified':
      return withSeen(
        happening.passed
          ? `✅ ${fixTitle(happening.fix)}: verified.`
          : `❌ ${fixTitle(happening.fix)}: looked again, and it is not as it should be.`,
        happening.findings,
        telling,
      );
    case 'undo-requested':
      return `↩️ ${who} asked to undo ${fixTitle(happening.fix)}.`;
    case 'acknowledged':
      return `👀 ${who} acknowledged${by(happening)}: the ladder is stopped.`;
    case 'unacknowledged':
      return `↪️ ${who} took the acknowledgement back: the ladder begins again.`;
    case 'escalated':
      return `📣 ${who} asked for more people${by(happening)}.`;
    case 'resolved':
      return `✅ ${who} resolved it${by(happening)}.`;
    case 'heard':
      return `📨 ${who} ${DONE_THERE[happening.deed]} there, not here. ${clip(escaped(happening.why), MOST_SAID)}`;
    case 'page-sent':
      if (happening.page.level === HAND_OVER)
        return `🤝 Told ${pagedResponder(happening.page)} (${clip(oneLine(happening.by), 80)}).`;
      return `📟 Paged ${pagedPerson(happening)} (${clip(oneLine(happening.by), 80)}).`;
    case 'page-failed':
      return `⚠️ ${pagedResponder(happening.page)} could not be paged: ${clip(escaped(happening.reason), MOST_SAID)}`;
    case 'page-dropped':
      return `📟 ${pagedResponder(happening.page)} is not paged any more${effects.length > 0 ? '.' : ': somebody has answered.'}`;
    case 'quiet-failed':
      return `⚠️ “${clip(oneLine(happening.pager), 80)}” could not be told of the answer, and may go on calling: ${clip(escaped(happening.reason), MOST_SAID)}`;
    case 'caught-up':
      return caughtUpLine(happening);
    case 'procedure-started': {
      const { emergency, title } = happening.plan;
      const named = `*${clip(oneLine(title), 150)}*`;
      return emergency ? `🚨 ${who} declared an emergency: ${named}.` : `📋 ${who} started ${named}.`;
    }
    case 'step-taken':
      return `🙋 ${who} takes ${stepTitle(incident, happening.step)}.`;
    case 'step-retried':
      return `🔁 ${who} tries again: ${stepTitle(incident, happening.step)}.`;
    case 'procedure-stopped':
      return `⏹️ ${who} stopped the procedure: ${clip(escaped(happening.reason), MOST_SAID)}`;
    case 'timer-due':
      // Where it called more people, that is told.
      return happening.timer.startsWith('approval/') && effects.every((effect) => effect.do !== 'tell')
        ? `⌛ Nobody decided on ${fixTitle(happening.timer.slice('approval/'.length))} in time.`
        : '';
    case 'snoozed':
    case 'reassigned':
    case 'reopened':
    case 'noted':
    case 'refused':
    case 'merged':
    case 'absorbed':
    case 'parted':
    case 'seen-elsewhere':
    case 'room-opened':
    case 'room-failed':
    case 'room-joined':
      return lifeLine(happening, telling.links);
    // Their news say what came of them.
    case 'step-looked':
    case 'step-done':
    case 'step-failed':
    case 'step-skipped':
    case 'silences-seen':
      return '';
  }
}

/** What was previewed, in short: the card has its numbers. */
const wouldDo = ({ summary, changes }: Preview): string =>
  clip(
    `It: ${oneLine(summary)}${changes.length === 0 ? '' : ` (${plural(changes.length, 'change')})`}`,
    MOST_SAID,
  );

const stepTitle = ({ procedure }: Incident, id: string): string =>
  `*${clip(oneLine(procedure?.steps.find((step) => step.id === id)?.title ?? id), 150)}*`;

const KINDS: Readonly<Record<string, Responder['kind']>> = {
  user: 'user',
  usergroup: 'usergroup',
  channel: 'channel',
  schedule: 'schedule',
};

export function pagedResponder({ responder: key }: PageRef): string {
  const [kind = '', id = ''] = key.split('/');
  const known = KINDS[kind];
  return known ? responder({ kind: known, id }) : clip(oneLine(key), 80);
}

/** Of a schedule: the one who was on call. */
const pagedPerson = ({ page, reached }: { readonly page: PageRef; readonly reached?: string }): string =>
  reached === undefined ? pagedResponder(page) : `${person(reached)}, ${pagedResponder(page)}`;

function ladderLine({ policy }: Incident, news: LadderNews): string {
  const name = (level: number) =>
    `level ${level} · ${clip(oneLine(policy.escalation.levels[level - 1]?.name ?? ''), 80)}`;
  const passed =
    news.passedOver.length === 0 ? '' : ` Nobody is configured for ${news.passedOver.map(name).join(', ')}.`;
  return news.news === 'climbed'
    ? `⬆️ ${clip(escaped(news.why), MOST_SAID)} Paging *${name(news.level)}*.${passed}`
    : `🆘 ${clip(escaped(news.why), MOST_SAID)} *Nobody is left to page.*${passed}`;
}

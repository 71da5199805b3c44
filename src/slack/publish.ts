/** Brings what people see up to date: a diagnosis’ message, an incident’s card, its thread, and the pages already sent. */
import type { WebClient } from '@slack/web-api';
import { pageKeys, pageOf } from '../engine/escalate.ts';
import type { LogEntry, Messages, Schedules, Store, Topics } from '../engine/ports.ts';
import type { Subject } from '../engine/task.ts';
import type { Incident } from '../incident/incident.ts';
import type { Runbook } from '../runbook/define.ts';
import { call } from './calls.ts';
import type { Outbox, Posted } from './outbox.ts';
import { publishOverride } from './override-news.ts';
import { publishDrill } from './publish-drill.ts';
import { refreshRoom } from './room.ts';
import { publishSilence } from './silence-news.ts';
import { section } from './views/blocks.ts';
import { diagnosisCard } from './views/diagnosis-card.ts';
import type { Offer } from './views/fixes.ts';
import { incidentCard } from './views/incident-card.ts';
import type { Links } from './views/life-news.ts';
import { noticeView } from './views/notice.ts';
import { pageView } from './views/page.ts';
import { reachNoticeView } from './views/reach-notice.ts';
import { surveyCard } from './views/survey-card.ts';
import { LIMIT } from './views/text.ts';
import { timelineEntry } from './views/timeline.ts';

export interface PublishDeps {
  readonly client: WebClient;
  readonly outbox: Outbox;
  readonly messages: Messages;
  readonly store: Store;
  readonly topics: Topics;
  readonly schedules: Schedules;
  /** Where an incident's card stands when it was not asked for in a channel. */
  readonly channelOf: (environment: string) => string | undefined;
}

export async function publish(deps: PublishDeps, subject: Subject): Promise<void> {
  const id = subject.slice(subject.indexOf('/') + 1);
  switch (subject.slice(0, subject.indexOf('/'))) {
    case 'incident':
      return publishIncident(deps, id);
    case 'survey':
      return publishSurvey(deps, id);
    case 'override':
      return publishOverride(deps, id);
    case 'silence':
      return publishSilence(deps, id);
    case 'drill':
      return publishDrill(deps, id);
    case 'reach': {
      const notice = await deps.store.transact((tx) => tx.watch.find(id));
      return notice && deps.outbox.refresh(subject, reachNoticeView(notice));
    }
    case 'notice':
      return deps.outbox.refresh(subject, noticeView(await deps.store.notice(id)));
    default:
      return publishDiagnosis(deps, id);
  }
}

async function publishSurvey(deps: PublishDeps, id: string): Promise<void> {
  const survey = await deps.store.survey(id);
  // One from a terminal was read there.
  if (survey?.channel === undefined) return;
  const links = new Map<string, string>();
  for (const { incident } of survey.topics) {
    const card = incident === undefined ? undefined : await deps.messages.find(`incident/${incident}`);
    const link = card && (await permalink(deps.client, card));
    if (incident !== undefined && link !== undefined) links.set(incident, link);
  }
  await deps.outbox.refresh(`survey/${id}`, surveyCard(survey, links));
}

async function publishIncident(deps: PublishDeps, id: string): Promise<void> {
  const incident = await deps.store.incident(id);
  const key: Subject = `incident/${id}`;
  if (!incident) return;
  const channel = deps.channelOf(incident.environment);
  if (channel !== undefined) await deps.messages.reserve(key, channel);
  const runbook = deps.topics.get(incident.topic);
  const links = await linksOf(deps, incident);
  const view = incidentCard(incident, offersOf(runbook), runbook?.advice, links);
  await deps.outbox.refresh(key, view);
  await refreshRoom(deps, incident, view);
  const card = await deps.messages.find(key);
  // From a terminal, with no channel configured: it is read there, and nobody is shown it here.
  if (!card) return;
  await publishTimeline(deps, incident, card, links);
  await settlePages(deps, incident, card);
}

/** The cards of what it was merged into, and of what was merged into it. */
async function linksOf(deps: PublishDeps, { mergedInto, merged = [] }: Incident): Promise<Links> {
  const links = new Map<string, string>();
  for (const id of [...(mergedInto === undefined ? [] : [mergedInto]), ...merged.map((each) => each.id)]) {
    const card = await deps.messages.find(`incident/${id}`);
    const link = card && (await permalink(deps.client, card));
    if (link !== undefined) links.set(id, link);
  }
  return links;
}

/** The procedures of its topic, as they are now. */
const offersOf = (runbook: Runbook | undefined): Offer[] =>
  Object.entries(runbook?.procedures ?? {}).map(([id, { title, steps }]) => ({
    id,
    title,
    emergency: runbook?.emergency === id,
    steps: Object.keys(steps).length,
  }));

interface Lines {
  /** Names the lines of the log that it holds, so that one whose outcome is unknown is looked for as it was. */
  readonly key: string;
  readonly text: string;
  readonly broadcast: boolean;
}

/**
 * What the thread does not say yet, in the log's order: a thread that is read later is read from above. What has gathered
 * is said in one message, because Slack takes about one a second.
 */
async function publishTimeline(
  deps: PublishDeps,
  incident: Incident,
  card: Posted,
  links: Links,
): Promise<void> {
  const prefix = `event/${incident.id}/`;
  const log = await deps.store.log(incident.id);
  const begun = [...(await deps.messages.begun(prefix))].map(([key, state]) => {
    const [from = 0, to = from] = key.slice(prefix.length).split('-').map(Number);
    return { state, from, to };
  });
  const last = Math.max(0, ...begun.map(({ to }) => to));
  const owed = [
    ...begun
      .filter(({ state }) => state !== 'sent')
      .flatMap(({ from, to }) => gather(incident, within(log, from, to), prefix, links)),
    ...gather(incident, within(log, last + 1, Number.POSITIVE_INFINITY), prefix, links),
  ];
  for (const { key, text, broadcast } of owed)
    await deps.outbox.deliver(
      key,
      { channel: card.channel, threadTs: card.ts, broadcast },
      { text, blocks: [section(text)] },
    );
}

const within = (log: readonly LogEntry[], from: number, to: number): readonly LogEntry[] =>
  log.filter(({ seq }) => seq >= from && seq <= to);

/** As many lines to a message as Slack takes. */
function gather(incident: Incident, entries: readonly LogEntry[], prefix: string, links: Links): Lines[] {
  const messages: (Lines & { readonly from: number })[] = [];
  for (const entry of entries) {
    const shown = timelineEntry(incident, entry, links);
    if (!shown) continue;
    const current = messages.at(-1);
    const text = current ? `${current.text}\n${shown.text}` : shown.text;
    const fits = current !== undefined && [...text].length <= LIMIT.section;
    const from = fits ? current.from : entry.seq;
    const broadcast = shown.broadcast || (fits && current.broadcast);
    if (fits) messages.pop();
    messages.push({ key: `${prefix}${from}-${entry.seq}`, text: fits ? text : shown.text, broadcast, from });
  }
  return messages;
}

/** Takes the buttons off pages that have been answered, so that nobody is asked twice. */
async function settlePages(deps: PublishDeps, incident: Incident, card: Posted): Promise<void> {
  const begun = await deps.messages.begun(pageKeys(incident.id));
  const sent = [...begun].filter(([, state]) => state === 'sent');
  const cardAt = sent.length === 0 ? undefined : await permalink(deps.client, card);
  for (const [key] of sent)
    await deps.outbox.refresh(key, pageView(incident, pageOf(incident.id, key), cardAt));
}

async function publishDiagnosis(deps: PublishDeps, id: string): Promise<void> {
  const diagnosis = await deps.store.diagnosis(id);
  const runbook = deps.topics.get(diagnosis?.topic ?? '');
  // One that opened an incident has become its card; one from a terminal was read there.
  if (!diagnosis || !runbook || diagnosis.opened || diagnosis.channel === undefined) return;
  const card =
    diagnosis.incident === undefined ? undefined : await deps.messages.find(`incident/${diagnosis.incident}`);
  const view = diagnosisCard(diagnosis, {
    title: runbook.title,
    checks: Object.keys(runbook.checks).length,
    incidentAt: card && (await permalink(deps.client, card)),
  });
  await deps.outbox.refresh(`diagnosis/${id}`, view);
}

export async function permalink(client: WebClient, { channel, ts }: Posted): Promise<string | undefined> {
  const answer = await call('chat.getPermalink', client.chat.getPermalink({ channel, message_ts: ts }));
  return answer.permalink;
}

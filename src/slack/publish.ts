/** Brings what people see up to date: a diagnosis’ message, an incident’s card, its thread, and the pages already sent. */
import type { WebClient } from '@slack/web-api';
import type { Messages, Store, Topics } from '../engine/ports.ts';
import type { Subject } from '../engine/task.ts';
import type { Incident } from '../incident/incident.ts';
import { call } from './calls.ts';
import type { Outbox, Posted } from './outbox.ts';
import { section } from './views/blocks.ts';
import { diagnosisCard } from './views/diagnosis-card.ts';
import { incidentCard } from './views/incident-card.ts';
import { pageView } from './views/page.ts';
import { clipLines, LIMIT } from './views/text.ts';
import { timelineEntry } from './views/timeline.ts';

export interface PublishDeps {
  readonly client: WebClient;
  readonly outbox: Outbox;
  readonly messages: Messages;
  readonly store: Store;
  readonly topics: Topics;
  /** Where an incident's card stands when it was not asked for in a channel. */
  readonly channel: string;
}

export async function publish(deps: PublishDeps, subject: Subject): Promise<void> {
  const id = subject.slice(subject.indexOf('/') + 1);
  await (subject.startsWith('incident/') ? publishIncident(deps, id) : publishDiagnosis(deps, id));
}

/** The card's place, posting it if need be. Whoever pages needs something to point at. */
export const publishCard = (deps: PublishDeps, incident: Incident): Promise<Posted> =>
  deps.outbox.deliver(`incident/${incident.id}`, { channel: deps.channel }, incidentCard(incident));

async function publishIncident(deps: PublishDeps, id: string): Promise<void> {
  const incident = await deps.store.incident(id);
  if (!incident) return;
  const card = await publishCard(deps, incident);
  await publishTimeline(deps, incident, card);
  await settlePages(deps, incident, card);
}

/**
 * What the thread does not say yet, in the log's order: a thread that is read later is read from above. What has gathered
 * is said in one message, because Slack takes about one a second; its key names the lines of the log that it holds, so
 * that one whose outcome is unknown is looked for as it was.
 */
async function publishTimeline(deps: PublishDeps, incident: Incident, card: Posted): Promise<void> {
  const prefix = `event/${incident.id}/`;
  const begun = await deps.messages.begun(prefix);
  const ranges = [...begun].map(([key, state]) => {
    const [from = 0, to = from] = key.slice(prefix.length).split('-').map(Number);
    return { key, state, from, to };
  });
  const log = await deps.store.log(incident.id);
  const last = Math.max(0, ...ranges.map(({ to }) => to));
  const next = {
    key: `${prefix}${last + 1}-${log.at(-1)?.seq ?? last}`,
    from: last + 1,
    to: log.at(-1)?.seq ?? last,
  };
  for (const { key, from, to } of [...ranges.filter(({ state }) => state !== 'sent'), next]) {
    const entries = log
      .filter(({ seq }) => seq >= from && seq <= to)
      .flatMap((entry) => timelineEntry(incident, entry) ?? []);
    if (entries.length === 0) continue;
    const text = clipLines(
      entries.map((entry) => entry.text),
      LIMIT.section,
    );
    const broadcast = entries.some((entry) => entry.broadcast);
    const place = { channel: card.channel, threadTs: card.ts, broadcast };
    await deps.outbox.deliver(key, place, { text, blocks: [section(text)] });
  }
}

/** Takes the buttons off pages that have been answered, so that nobody is asked twice. */
async function settlePages(deps: PublishDeps, incident: Incident, card: Posted): Promise<void> {
  const prefix = `page/${incident.id}/`;
  const cardAt = await permalink(deps.client, card);
  for (const [key, state] of await deps.messages.begun(prefix)) {
    if (state !== 'sent') continue;
    const [level, attempt, ...rest] = key.slice(prefix.length).split('/');
    const page = { level: Number(level), attempt: Number(attempt), responder: rest.join('/') };
    await deps.outbox.deliver(key, { channel: card.channel }, pageView(incident, page, cardAt));
  }
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

/** Works on what has come of a group of alerts: an incident opens, is joined, or learns that none of them fires any more. */
import {
  type AlertGroup,
  type AlertsSeen,
  alertFindings,
  type IncidentAlerts,
  isOfAlert,
  type NamedAlerts,
} from '../incident/alert.ts';
import type { IncidentEvent } from '../incident/event.ts';
import { fingerprintOf, type Incident } from '../incident/incident.ts';
import { type Finding, worstSeverity } from '../runbook/finding.ts';
import { commit } from './apply.ts';
import { runbookOf } from './lookup.ts';
import { newIncident, proposedFixes } from './open.ts';
import type { Alerts, Checkpoint, Estate, Store, Topics, Transaction } from './ports.ts';
import { seeSilences } from './silenced.ts';

export interface AlertDeps {
  readonly store: Store;
  readonly alerts: Alerts;
  readonly topics: Topics;
  readonly estate: Estate;
  readonly checkpoint: Checkpoint;
  /** Where the people of an environment are told. */
  readonly channelOf: (environment: string) => string | undefined;
}

/** For so long, in milliseconds, alerts that no route knows are gathered in one message. */
const NOTICE_MS = 3_600_000;

/** Whatever has come: called once more, it finds nothing left to do. */
export async function workOnAlerts(deps: AlertDeps, group: AlertGroup): Promise<void> {
  await deps.alerts.settled(group);
  const { environment, topic } = group;
  await (topic === undefined
    ? tellOfUnrouted(deps, environment)
    : deps.store.transact((tx) => bringUpToDate(tx, deps, { environment, topic })));
  deps.checkpoint('alerts-joined');
}

async function bringUpToDate(tx: Transaction, deps: AlertDeps, group: Required<AlertGroup>): Promise<void> {
  const fingerprint = fingerprintOf(group.environment, group.topic);
  const open = await tx.lockOpen(fingerprint);
  const elsewhere = open ? undefined : await tx.lockMerged(fingerprint);
  if (elsewhere) return hear(tx, elsewhere, group, fingerprint);
  const seen = (await tx.alertsOf(group, open?.id)) ?? (open?.alerts && ended(open.alerts));
  if (!seen) return;
  if (!open && seen.firing === 0) return;
  const incident = open ?? (await opened(tx, deps, group, seen));
  const event = eventOf(incident, seen, open === undefined);
  const alerted = event && (await commit(tx, incident, event, { actor: seen.source }));
  // Other labels may fire now than those that are silenced.
  if (open) await seeSilences(tx, alerted?.done ? alerted.incident : open);
  await tx.joinAlerts(group, incident.id);
}

/** Merged into another incident, it goes on there: what fires of it is told, and once nothing does, Paksa looks. */
async function hear(
  tx: Transaction,
  incident: Incident,
  group: Required<AlertGroup>,
  of: string,
): Promise<void> {
  const seen = await tx.alertsOf(group, incident.id);
  if (!seen) return;
  const findings = alertFindings(seen);
  const known = incident.merged?.find(({ fingerprint }) => fingerprint === of)?.findings ?? [];
  await tx.joinAlerts(group, incident.id);
  if (saying(known.filter(isOfAlert)) === saying(findings)) return;
  const severity = worstSeverity(findings);
  const heard = await commit(
    tx,
    incident,
    { type: 'seen-elsewhere', of, findings, severity },
    { actor: seen.source },
  );
  if (!heard.done || seen.firing > 0 || heard.incident.status === 'resolved') return;
  const id = `${incident.id}/${heard.incident.version}`;
  await tx.saveDiagnosis({
    id,
    ...group,
    requestedBy: seen.source,
    findings: [],
    skipped: [],
    state: 'running',
  });
  await tx.send({ task: 'diagnose', diagnosis: id });
}

/** That it was said again changes nothing. */
const saying = (findings: readonly Finding[]): string =>
  findings.map(({ check, status, summary }) => `${check} ${status} ${summary}`).join('\n');

/** What was seen once, and had ended before it was joined. */
const ended = ({ looking: _, ...known }: IncidentAlerts): AlertsSeen => ({
  ...known,
  firing: 0,
  names: known.names.map((each) => ({ ...each, firing: 0 })),
});

/** Nothing is known of it but that they fire: the diagnosis that the opening owes tells more. */
async function opened(
  tx: Transaction,
  { topics, estate }: AlertDeps,
  { environment, topic }: Required<AlertGroup>,
  seen: AlertsSeen,
): Promise<Incident> {
  const runbook = runbookOf(topics, topic);
  const findings = alertFindings(seen);
  const incident = await newIncident(tx, estate, {
    runbook,
    environment,
    openedBy: seen.source,
    severity: worstSeverity(findings),
    findings,
    fixes: proposedFixes(runbook, estate.target(environment), findings),
  });
  return { ...incident, undiagnosed: true };
}

function eventOf(
  { alerts: known, severity, findings }: Incident,
  alerts: AlertsSeen,
  isNew: boolean,
): IncidentEvent | undefined {
  if (isNew) return { type: 'opened', severity, findings, alerts };
  if (known && isSame(known, alerts)) return undefined;
  if (alerts.firing === 0) return { type: 'alert-resolved', alerts };
  const fired = new Set(known?.names.flatMap(({ name, firing }) => (firing > 0 ? [name] : [])));
  const joined = alerts.names.flatMap(({ name, firing }) => (firing > 0 && !fired.has(name) ? [name] : []));
  return { type: 'alerted', alerts, joined };
}

/** Whoever sent the latest: that it was said again changes nothing. */
const isSame = (known: AlertsSeen, alerts: AlertsSeen): boolean =>
  known.firing === alerts.firing &&
  known.total === alerts.total &&
  known.moreNames === alerts.moreNames &&
  known.names.length === alerts.names.length &&
  known.names.every((each, index) => isSameName(each, alerts.names[index]));

const isSameName = (one: NamedAlerts, other: NamedAlerts | undefined): boolean =>
  one.name === other?.name &&
  one.firing === other.firing &&
  one.severity === other.severity &&
  one.since === other.since &&
  one.summary === other.summary;

/** Each once, and all that come within an hour in one message: a storm of them does not flood the channel. */
async function tellOfUnrouted({ store, channelOf }: AlertDeps, environment: string): Promise<void> {
  const channel = channelOf(environment);
  await store.transact(async (tx) => {
    const latest = await tx.latestNotice(environment);
    const isCurrent = latest !== undefined && tx.now - latest.at < NOTICE_MS;
    const notice = isCurrent ? latest.id : `${environment}/${tx.now}`;
    if ((await tx.noticeAlerts(environment, notice)) === 0) return;
    if (channel !== undefined) await tx.reserveMessage(`notice/${notice}`, channel);
    await tx.send({ task: 'publish', subject: `notice/${notice}` });
  });
}

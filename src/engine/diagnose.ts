/** Diagnose: asked for, carried out by whichever replica takes it, and concluded in an incident if something is wrong. */
import { randomUUID } from 'node:crypto';
import { isAlertSource } from '../incident/alert.ts';
import { PAKSA } from '../incident/event.ts';
import { fingerprintOf, type Incident, type ProposedFix } from '../incident/incident.ts';
import type { Runbook } from '../runbook/define.ts';
import { type Finding, overall, worstSeverity } from '../runbook/finding.ts';
import { commit } from './apply.ts';
import { type Examination, examine } from './examine.ts';
import { environmentOf, runbookOf } from './lookup.ts';
import { newIncident, proposedFixes } from './open.ts';
import type { Diagnosis, Estate, Store, Topics, Transaction } from './ports.ts';
import { createShowing } from './showing.ts';

export interface DiagnoseDeps {
  readonly store: Store;
  readonly topics: Topics;
  readonly estate: Estate;
  readonly redact: <Value>(value: Value) => Value;
}

export interface DiagnosisRequest {
  readonly topic: string;
  /** The default environment when unset. */
  readonly environment?: string | undefined;
  readonly requestedBy: string;
  readonly channel?: string | undefined;
  /** The payload's id: the same request, delivered twice, is one diagnosis. */
  readonly id?: string | undefined;
}

/** Writes the request down and sends it on. @throws UserError on an unknown topic or environment, with the nearest one */
export async function requestDiagnosis(deps: DiagnoseDeps, request: DiagnosisRequest): Promise<string> {
  const { topic } = runbookOf(deps.topics, request.topic);
  const environment = environmentOf(deps.estate, request.environment);
  const id = request.id ?? randomUUID();
  if (await deps.store.diagnosis(id)) return id;
  const diagnosis: Diagnosis = {
    id,
    topic,
    environment,
    requestedBy: request.requestedBy,
    ...(request.channel === undefined ? {} : { channel: request.channel }),
    findings: [],
    skipped: [],
    state: 'running',
  };
  await deps.store.transact(async (tx) => {
    await tx.saveDiagnosis(diagnosis);
    if (request.channel !== undefined) await tx.reserveMessage(`diagnosis/${id}`, request.channel);
    await tx.send({ task: 'diagnose', diagnosis: id });
    await tx.send({ task: 'publish', subject: `diagnosis/${id}` });
  });
  return id;
}

/** Looks, showing each finding as it comes in. Reads only, so that it may be begun again by somebody else. */
export async function carryOutDiagnosis(deps: DiagnoseDeps, id: string, signal?: AbortSignal): Promise<void> {
  const diagnosis = await deps.store.diagnosis(id);
  if (diagnosis?.state !== 'running') return;
  const runbook = runbookOf(deps.topics, diagnosis.topic);
  const target = deps.estate.target(diagnosis.environment);
  const showing = createShowing((soFar: Diagnosis) => show(deps.store, soFar));
  const found: Finding[] = [];
  const examination = await examine(runbook, target, deps.estate.probes(diagnosis.environment), {
    redact: deps.redact,
    ...(signal ? { signal } : {}),
    onFinding: (finding) => {
      found.push(finding);
      showing.next({ ...diagnosis, findings: [...found] });
    },
  });
  await showing.ended();
  signal?.throwIfAborted();
  await conclude(deps, diagnosis, examination);
}

const show = (store: Store, diagnosis: Diagnosis): Promise<void> =>
  store.transact(async (tx) => {
    await tx.saveDiagnosis(diagnosis);
    await tx.send({ task: 'publish', subject: `diagnosis/${diagnosis.id}` });
  });

export interface Conclusion {
  /** Whether a problem opens an incident where none is open. */
  readonly opens: boolean;
  /** Where the card of an incident that it opens stands, when no message of the diagnosis becomes that card. */
  readonly channel?: string;
}

/** Records what was found, and opens an incident, joins the open one, or resolves it. Resolves with the incident, if any. */
export const conclude = (
  deps: DiagnoseDeps,
  diagnosis: Diagnosis,
  { findings, skipped, tookMs }: Examination,
  { opens, channel }: Conclusion = { opens: true },
): Promise<Incident | undefined> =>
  deps.store.transact(async (tx) => {
    const runbook = runbookOf(deps.topics, diagnosis.topic);
    const target = deps.estate.target(diagnosis.environment);
    const fingerprint = fingerprintOf(diagnosis.environment, diagnosis.topic);
    const own = await tx.lockOpen(fingerprint);
    // Merged into another, it is heard there: its own fixes and findings are not that one's.
    const open = own ?? (await tx.lockMerged(fingerprint));
    const fixes = proposedFixes(runbook, target, findings);
    const isProblem = overall(findings) === 'problem';
    const severity = worstSeverity(findings);
    const incident = open
      ? await commit(
          tx,
          open,
          own
            ? { type: 'diagnosed', findings, severity, fixes }
            : { type: 'seen-elsewhere', of: fingerprint, findings, severity },
          {
            actor: isAlertSource(diagnosis.requestedBy) ? diagnosis.requestedBy : PAKSA,
            cause: diagnosis.id,
          },
        )
      : isProblem && opens
        ? await openIncident(tx, deps, runbook, diagnosis, findings, fixes)
        : undefined;
    const joined = incident?.done ? incident.incident : open;
    const opened = isProblem && !open && opens;
    await tx.saveDiagnosis({
      ...diagnosis,
      findings,
      skipped,
      tookMs,
      state: 'finished',
      ...(joined ? { incident: joined.id, opened, resolved: joined.status === 'resolved' } : {}),
    });
    if (joined && opened && channel !== undefined) await tx.reserveMessage(`incident/${joined.id}`, channel);
    if (joined && opened) await tx.handOver(`diagnosis/${diagnosis.id}`, `incident/${joined.id}`);
    else await tx.send({ task: 'publish', subject: `diagnosis/${diagnosis.id}` });
    return joined;
  });

async function openIncident(
  tx: Transaction,
  deps: DiagnoseDeps,
  runbook: Runbook,
  diagnosis: Diagnosis,
  findings: readonly Finding[],
  fixes: readonly ProposedFix[],
) {
  const { environment, requestedBy: openedBy } = diagnosis;
  const severity = worstSeverity(findings);
  const opening = { runbook, environment, openedBy, severity, findings, fixes };
  const incident = await newIncident(tx, deps.estate, opening);
  return commit(
    tx,
    incident,
    { type: 'opened', severity, findings },
    { actor: openedBy, cause: diagnosis.id },
  );
}

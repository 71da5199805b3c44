/** What the engine needs of the world, in its own words. The store, the jobs, the pagers and the estate implement these. */
import type { Alert, AlertGroup, AlertsSeen } from '../incident/alert.ts';
import type { OverdueTimer } from '../incident/due.ts';
import type { Effect, Happening } from '../incident/event.ts';
import type { Incident, PageRef } from '../incident/incident.ts';
import type { PageTry } from '../incident/page-try.ts';
import type { Ladders, Occasion } from '../policy/choose.ts';
import type { Freeze } from '../policy/freeze.ts';
import type { Policy, Recipient } from '../policy/policy.ts';
import type { Lead } from '../policy/route.ts';
import type { Override, Schedule } from '../policy/schedule.ts';
import type { MaintenanceWindow } from '../policy/silence.ts';
import type { Runbook } from '../runbook/define.ts';
import type { Target } from '../runbook/target.ts';
import type { Actuators, Probes } from '../runbook/tools.ts';
import type { Diagnosis, Survey } from './diagnosis.ts';
import type { Drills } from './drill-ports.ts';
import type { Silences } from './recorded-silence.ts';
import type { Subject, Task } from './task.ts';
import type { Watch } from './watch-ports.ts';

export type { AuditLog, AuditSearch, SealedEntry } from './audit-ports.ts';
export type { Checkpoint, CheckpointName } from './checkpoint.ts';
export type { Diagnosis, Survey, SurveyedTopic } from './diagnosis.ts';
export type { Drills, NewDrill } from './drill-ports.ts';
export type { HeldMessage, HeldRoom, Messages, Rooms } from './message-ports.ts';
export type { RecordedSilence, Silences } from './recorded-silence.ts';
export type { Answered, AnsweredPage, Replies, Reply } from './replies.ts';
export type { ReachNotice, Watch } from './watch-ports.ts';

/** A line of an incident's log. */
export interface LogEntry {
  readonly seq: number;
  readonly happening: Happening;
  readonly effects: readonly Effect[];
}

/** One transaction of Paksa's own database. All of it commits, or none. */
export interface Transaction {
  /** The database's clock, epoch milliseconds: the only clock that decides anything. */
  readonly now: number;
  /** Whether the log already holds what this cause led to. */
  hasHappened(cause: string): Promise<boolean>;
  /** Reads an incident and holds it until the end of the transaction. */
  lock(id: string): Promise<Incident | undefined>;
  /** The unresolved incident with this fingerprint, held likewise. */
  lockOpen(fingerprint: string): Promise<Incident | undefined>;
  /** The unresolved incident in which the latest merged one with this fingerprint goes on, held likewise. */
  lockMerged(fingerprint: string): Promise<Incident | undefined>;
  nextIncidentId(): Promise<string>;
  save(incident: Incident, happening: Happening, effects: readonly Effect[], cause?: string): Promise<void>;
  saveDiagnosis(diagnosis: Diagnosis): Promise<void>;
  saveSurvey(survey: Survey): Promise<void>;
  /** The alerts that are of this incident, or fire and are of none yet; undefined when there are none. */
  alertsOf(group: AlertGroup, incident: string | undefined): Promise<AlertsSeen | undefined>;
  /** Those that fire there and are of no incident are of this one. */
  joinAlerts(group: AlertGroup, incident: string): Promise<void>;
  /** Those of the group that are of the one incident are of the other from now on; all of that incident without a group. */
  moveAlerts(from: string, to: string, group?: Required<AlertGroup>): Promise<void>;
  /** Firing alerts that no route knows and nobody was told of are put on a notice: how many. */
  noticeAlerts(environment: string, notice: string): Promise<number>;
  /** The latest notice there, and when it was begun. */
  latestNotice(environment: string): Promise<{ readonly id: string; readonly at: number } | undefined>;
  /** The message about `subject` will stand in this channel. */
  reserveMessage(subject: Subject, channel: string): Promise<void>;
  /** The message that showed `from` shows `to` from now on. */
  handOver(from: Subject, to: Subject): Promise<void>;
  /** Owed as soon as the transaction commits, not before `at` (epoch milliseconds). */
  send(task: Task, at?: number): Promise<void>;
  readonly overrides: Overrides;
  readonly silences: Silences;
  /** The windows of paksa.yaml. */
  readonly maintenance: readonly MaintenanceWindow[];
  /** Those of paksa.yaml. */
  readonly freezes: readonly Freeze[];
  /** Whether an alert that is of this incident, or fires there and is of none yet, fires without these labels. */
  firesOutside(
    group: AlertGroup,
    incident: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<boolean>;
  /** The unresolved incidents of an environment, all of them held. */
  lockOpenIn(environment: string): Promise<readonly Incident[]>;
  /** The turn to begin a fix in this environment, until the end of the transaction; and the unresolved incidents there, not held. */
  holdStarts(environment: string): Promise<readonly Incident[]>;
  readonly drills: Drills;
  readonly watch: Watch;
}

export interface OwedPage {
  readonly incident: string;
  readonly page: PageRef;
}

/** An override with who made it; of one that was ended early, `to` is when. */
export interface RecordedOverride extends Override {
  readonly schedule: string;
  /** A user's id, or `cli:name`. */
  readonly madeBy: string;
  readonly madeAt: number;
  /** Who ended it early. */
  readonly endedBy?: string;
}

export interface Overrides {
  /** Those of a schedule that are in force at an instant or will be, in the order in which they were made. */
  since(schedule: string, since: number): Promise<readonly RecordedOverride[]>;
  find(id: string): Promise<RecordedOverride | undefined>;
  /** One cause makes one: asked again, it is the one that was made. */
  make(
    override: Pick<RecordedOverride, 'schedule' | 'user' | 'from' | 'to' | 'madeBy'>,
    cause: string,
  ): Promise<RecordedOverride>;
  /** Undefined when it is over already. */
  end(id: string, by: string): Promise<RecordedOverride | undefined>;
  /** Whom the page of this key is for; undefined while that is not settled. */
  recipient(page: string): Promise<string | undefined>;
  /** Settles that it is this user, unless it is settled; resolves with who it is. */
  settleRecipient(page: string, user: string): Promise<string>;
}

/** Those of paksa.yaml, by their names. */
export type Schedules = ReadonlyMap<string, Schedule>;

export interface Store {
  transact<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  incident(id: string): Promise<Incident | undefined>;
  /** Unresolved ones, the oldest first. */
  openIncidents(): Promise<readonly Incident[]>;
  log(incident: string): Promise<readonly LogEntry[]>;
  /** Of the pages whose keys begin so, in the order in which they were begun. */
  tries(prefix: string): Promise<readonly KeptTry[]>;
  /** Timers that fell due longer ago than this, by the database's clock, of at most so many incidents; the latest first. */
  overdue(byMs: number, most: number): Promise<readonly OverdueTimer[]>;
  /** Pages that were decided on from so long ago until so long ago, and of which nothing has come. */
  owedPages(sinceMs: number, untilMs: number): Promise<readonly OwedPage[]>;
  diagnosis(id: string): Promise<Diagnosis | undefined>;
  survey(id: string): Promise<Survey | undefined>;
  notice(id: string): Promise<Notice>;
}

/** Alerts that no route knows, as people are told of them: once each. */
export interface Notice {
  /** By name and reason, the most frequent first. */
  readonly alerts: readonly { readonly name: string; readonly why: string; readonly count: number }[];
  /** Names that are left out. */
  readonly more: number;
}

/** An alert as it came, and where it leads. */
export type RoutedAlert = Alert & { readonly lead: Lead };

export interface Alerts {
  /** Keeps them, the latest of each, and owes the work on their groups, in one commit. */
  keep(alerts: readonly RoutedAlert[]): Promise<void>;
  /** Resolves once whatever was being kept of this group when it was called can be read. */
  settled(group: AlertGroup): Promise<void>;
}

/** A statement on the connection of a transaction. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;

/** Owes a task as part of that transaction, from `at` (epoch milliseconds) on. */
export type Enqueue = (query: Query, task: Task, at?: number) => Promise<void>;

/** The environments that are configured, and the adapters of each. */
export interface Estate {
  /** The first is the default. */
  readonly environments: readonly string[];
  target(environment: string): Target;
  probes(environment: string): Probes;
  actuators(environment: string): Actuators;
  /** Who may approve there, and who is paged: by the rules, of an incident that opens so; else by the default ladder. */
  policy(environment: string, occasion?: Occasion): Policy;
  /** The ladders that an incident there may be given, and the rules for it. */
  ladders(environment: string): Ladders;
}

export type Topics = ReadonlyMap<string, Runbook>;

/** Reaches people. Idempotent on the page's key: called again after an unknown outcome, it looks before it sends. */
export interface Pager {
  /** Resolves with what took the page, such as `Slack direct message`. @throws AdapterError; retryable when trying again may help */
  page(incident: Incident, page: PageRef, to: Recipient): Promise<string>;
}

/** A page that one pager delivers, as it is written down. */
export interface PageDelivery {
  readonly id: string;
  /** The page's key. */
  readonly page: string;
  /** The pager's name in paksa.yaml. */
  readonly pager: string;
  /** `begun`: whoever sent it died, or got no answer. Ask the provider before sending again. */
  readonly state: 'owed' | 'begun' | 'sent' | 'failed';
  /** What took it, in words. */
  readonly takenBy?: string;
  /** The provider's name for it. */
  readonly reference?: string;
  /** Why it was not taken, the last time it was tried. */
  readonly reason?: string;
  /** What the provider was last told of the incident, or told us itself: a status. */
  readonly told?: string;
  /** The user whom it is for; absent where the service knows itself whom to call. */
  readonly recipient?: string;
}

/** A delivery, held by one process at a time. */
export interface HeldDelivery extends PageDelivery {
  /** Since when the outcome is unknown, epoch milliseconds. */
  readonly begunAt?: number;
  /** Whether another page of this pager is known by that reference. */
  isAnothers(reference: string): Promise<boolean>;
  /** `recipient`: whom it is for, a user's id. */
  markBegun(recipient?: string): Promise<void>;
  /** The provider refused: it is known not to have it. */
  markNotTaken(): Promise<void>;
  markSent(takenBy: string, reference?: string): Promise<void>;
}

/** A try as it is kept; `page` is the page's key. */
export interface KeptTry extends Omit<PageTry, 'page'> {
  readonly id: string;
  readonly page: string;
}

export interface Deliveries {
  /** Makes it unless there is one. `ageMs`: how long ago that was. */
  reserve(page: string, pager: string): Promise<PageDelivery & { readonly ageMs: number }>;
  /** Holds it, made if need be. */
  hold<Result>(
    page: string,
    pager: string,
    work: (delivery: HeldDelivery) => Promise<Result>,
  ): Promise<Result>;
  /** The pager is about to be asked: when, and in the end what came of it, is kept. */
  beginTry(page: string, pager: string): Promise<KeptTry>;
  endTry(begun: KeptTry, outcome: NonNullable<KeptTry['outcome']>): Promise<void>;
  /** Why it was not taken; `lasting`: it is not tried again. */
  note(page: string, pager: string, reason: string, lasting: boolean): Promise<void>;
  /** Of the pages whose keys begin so, in the order in which they were owed. */
  of(prefix: string): Promise<readonly PageDelivery[]>;
  markTold(id: string, what: string): Promise<void>;
}

/** A delivery whose service refused to be told of the answer, and why. */
export interface Unquieted {
  readonly delivery: PageDelivery;
  readonly reason: string;
}

/** Tells the services outside Slack. Idempotent: what has been told of a status is not told again. */
export interface Quieter {
  /** @throws AdapterError when one of them may be told later */
  quiet(incident: Incident): Promise<readonly Unquieted[]>;
}

/** A payload as it came, kept before it was acknowledged. */
export interface Receipt {
  readonly id: string;
  readonly kind: string;
  readonly body: Record<string, unknown>;
}

export interface Receipts {
  /** Keeps it and owes the work on it, in one commit. False when it was there already. */
  keep(receipt: Receipt): Promise<boolean>;
  /** What is kept and not yet worked on. */
  open(id: string): Promise<Receipt | undefined>;
  close(id: string): Promise<void>;
}

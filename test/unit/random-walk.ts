/** A walk through an incident's life: each step happens to the incident as the steps before have left it. */
import fc from 'fast-check';
import type { Effect, Happening, IncidentEvent } from '../../src/incident/event.ts';
import type { AttemptStage, Incident, PageRef } from '../../src/incident/incident.ts';
import { currentStep, isLooking, type StepRun, underway } from '../../src/incident/plan.ts';
import { transition } from '../../src/incident/transition.ts';
import { stepOf } from '../../src/policy/ladder.ts';
import type { Level, Policy } from '../../src/policy/policy.ts';
import { ALONE } from '../../src/policy/risk.ts';
import { named, seen } from './sample-alerts.ts';
import { at, finding, incident, level, OPENED, pagesIn, preview, user } from './sample-incident.ts';
import { lifeOf } from './sample-life.ts';
import { emergency, PROVE, plan, RENEW, RESTART, SURVEY, saw, TELL } from './sample-procedure.ts';

const anyLevel: fc.Arbitrary<Level> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('U1', 'U2', 'U3'), { maxLength: 2 }),
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([ids, delayMs, repeats]) => level(ids.map(user), { delayMs, repeats }));

export const anyPolicy: fc.Arbitrary<Policy> = fc
  .tuple(
    fc.array(anyLevel, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('repeat' as const, 'stop' as const),
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom('emergencies' as const, 'critical' as const),
    fc.boolean(),
  )
  .map(([levels, afterLast, firstPageAfterMs, expiresMs, severe, isForTwo]) => ({
    escalation: { levels, afterLast, firstPageAfterMs },
    approval: {
      approvers: [],
      expiresMs,
      selfApproval: false,
      ...(isForTwo ? { twoPeople: ALONE, breakGlass: { reviewWithinMs: 4 } } : {}),
    },
    rooms: { for: severe, isPrivate: false, archiveAfterMs: 10 },
  }));

type Kind = 'silences' | 'onward' | 'work' | 'steps' | 'people' | 'clock' | 'pages' | 'alerts' | 'life';

export interface Choice {
  readonly kind: Kind;
  /** Which of the events of that kind. */
  readonly pick: number;
  /** Only events that are accepted now; without it, late and impossible ones too. */
  readonly sensible: boolean;
  /** How much later it happens. */
  readonly later: number;
}

const anyChoice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Kind>('onward') },
    { weight: 4, arbitrary: fc.constant<Kind>('work') },
    { weight: 4, arbitrary: fc.constant<Kind>('steps') },
    { weight: 1, arbitrary: fc.constant<Kind>('people') },
    { weight: 2, arbitrary: fc.constant<Kind>('clock') },
    { weight: 1, arbitrary: fc.constant<Kind>('pages') },
    { weight: 1, arbitrary: fc.constant<Kind>('alerts') },
    { weight: 1, arbitrary: fc.constant<Kind>('silences') },
    { weight: 2, arbitrary: fc.constant<Kind>('life') },
  ),
  pick: fc.nat(10_000),
  sensible: fc.oneof(
    { weight: 4, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  later: fc.nat(3),
});

export const anyWalk: fc.Arbitrary<readonly Choice[]> = fc.array(anyChoice, {
  maxLength: 60,
  size: 'max',
});

export interface Step {
  readonly before: Incident;
  readonly happening: Happening;
  readonly after: Incident;
  readonly effects: readonly Effect[];
  readonly moved: boolean;
}

/** The steps taken, the refused ones too; the first is the opening. Without a diagnosis, nothing has been found to begin with. */
export function walk(policy: Policy, choices: readonly Choice[], isDiagnosed = true): readonly Step[] {
  const opening = at({ type: 'opened', severity: 'critical', findings: [] }, OPENED);
  const steps = [take(incident({ policy, ...(isDiagnosed ? {} : { findings: [] }) }), opening)];
  let pages: readonly PageRef[] = [];
  for (const { kind, pick, sensible, later } of choices) {
    const last = steps.at(-1);
    if (!last) break;
    pages = [...pages, ...pagesIn(last.effects)];
    const now = last.happening.at + later;
    const possible = EVENTS[kind](last.after, pages, now)
      .map((event) =>
        at(
          event,
          event.type === 'timer-due' ? Math.max(now, event.due) : now,
          kind === 'alerts' ? 'alertmanager' : ACTORS[pick % 2],
        ),
      )
      .filter((happening) => !sensible || transition(last.after, happening).moved);
    const chosen = possible[pick % Math.max(possible.length, 1)];
    if (chosen) steps.push(take(last.after, chosen));
  }
  return steps;
}

const ACTORS = ['UREQUESTER', 'UAPPROVER'];

function take(before: Incident, happening: Happening): Step {
  const result = transition(frozen(before), happening);
  return result.moved
    ? { before, happening, after: result.next, effects: result.effects, moved: true }
    : { before, happening, after: before, effects: [], moved: false };
}

/** A transition that changes what it is given, throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

type Events = (incident: Incident, pages: readonly PageRef[], now: number) => readonly IncidentEvent[];

const EVENTS: Record<Kind, Events> = {
  /** They begin now or soon, are joined by others, and go. */
  silences: (_, __, now) => [
    { type: 'silences-seen', periods: [] },
    { type: 'silences-seen', periods: [period('silence/1', now, now + 6)] },
    { type: 'silences-seen', periods: [period('silence/2', now + 2, now + 5)] },
    {
      type: 'silences-seen',
      periods: [period('silence/1', now - 1, now + 3), period('window/w/1', now + 1, now + 9)],
    },
  ],
  /** What takes `renew` to its end and back again: chance alone hardly gets that far. */
  onward: ({ attempts, findings: known }) => {
    const fix = 'renew';
    const { round, stage, undo } = attempts[fix] ?? { round: 1 };
    const begin: IncidentEvent = { type: 'fix-requested', fix };
    const captured: IncidentEvent = { type: 'undo-captured', fix, round, data: { kept: 'copy' } };
    const acted: IncidentEvent = { type: 'acted', fix, round, outcome: 'done' };
    const started: IncidentEvent = { type: 'started', fix, round, owner: 'replica' };
    const findings = [finding('expiry', 'healthy')];
    const passed: IncidentEvent = { type: 'verified', fix, round, passed: true, findings, boundAfter: 'new' };
    // What nobody has diagnosed is first learnt of by a fix that does not help.
    const seen = [finding('expiry', 'problem')];
    const failed: IncidentEvent = { type: 'verified', fix, round, passed: false, findings: seen };
    const next: Partial<Record<AttemptStage, IncidentEvent>> = {
      previewing: { type: 'previewed', fix, round, preview: round % 3 === 0 ? MUCH : preview('state') },
      'awaiting-approval': { type: 'approved', fix, round },
      approved: started,
      running: undo === undefined ? captured : acted,
      verifying: known.length === 0 ? failed : passed,
      succeeded: { type: 'undo-requested', fix, round },
      undoing: started,
      'undo-running': acted,
      'verifying-undo': passed,
    };
    return [(stage && next[stage]) ?? begin];
  },
  work: ({ attempts }) =>
    ['renew', 'restart'].flatMap((fix): readonly IncidentEvent[] => {
      const round = attempts[fix]?.round ?? 1;
      return [{ type: 'fix-requested', fix }, ...attemptEvents(fix, round), ...attemptEvents(fix, round - 1)];
    }),
  /** What takes a procedure to its end, and what keeps it from it. */
  steps: (incident) => {
    const run = underway(incident);
    const step = run && currentStep(run);
    const { fixes, procedure } = incident;
    const round = procedure?.round ?? 0;
    const starts = PLANS.map(
      (what): IncidentEvent => ({ type: 'procedure-started', plan: what, fixes, round }),
    );
    if (!step) return starts;
    return [
      ...onwardFrom(step),
      ...onwardFrom(step),
      ...stepEvents({ step: step.id, round: step.round }),
      ...stepEvents({ step: step.id, round: step.round - 1 }),
      ...(round % 5 === 0 ? [{ type: 'procedure-stopped', round, reason: 'enough' } as const] : []),
      ...starts.slice(0, 1),
    ];
  },
  people: ({ ladder, attempts, findings, fixes }) => [
    { type: 'acknowledged' },
    { type: 'unacknowledged' },
    { type: 'reopened' },
    { type: 'noted', text: 'DNS is the cause' },
    { type: 'heard', deed: 'resolve', why: 'a fix is under way' },
    { type: 'escalated' },
    { type: 'escalated', step: stepOf(ladder) },
    { type: 'escalated', step: stepOf(ladder) - 1 },
    ...(Object.keys(attempts).length > 1 ? [{ type: 'resolved' } as const] : []),
    { type: 'diagnosed', severity: 'warning', fixes, findings: [finding('expiry', 'problem')] },
    { type: 'diagnosed', severity: 'warning', fixes, findings: [finding('expiry', 'inconclusive')] },
    ...(Object.keys(attempts).length > 1
      ? [{ type: 'diagnosed', severity: 'warning', fixes, findings: findings.map(well) } as const]
      : []),
  ],
  clock: ({ ladder, attempts, procedure, snoozed, status, resolvedAt, reviews = [] }) => [
    ...reviews.map(({ fix, due }): IncidentEvent => ({ type: 'timer-due', timer: `review/${fix}`, due })),
    ...(procedure?.steps ?? []).map(
      ({ id, dueAt = 0 }): IncidentEvent => ({ type: 'timer-due', timer: `step/${id}`, due: dueAt }),
    ),
    { type: 'timer-due', timer: 'ladder', due: ladder.nextAt ?? 0 },
    { type: 'timer-due', timer: 'ladder', due: (ladder.nextAt ?? 0) - 1 },
    { type: 'timer-due', timer: 'snooze', due: snoozed?.until ?? 0 },
    ...(status === 'resolved'
      ? [{ type: 'timer-due', timer: 'room', due: (resolvedAt ?? 0) + 10 } as const]
      : []),
    ...Object.values(attempts).map(
      ({ fix, expiresAt }): IncidentEvent => ({
        type: 'timer-due',
        timer: `approval/${fix}`,
        due: expiresAt ?? 0,
      }),
    ),
  ],
  /** They come, go, and come again; some look because of them comes to an end. */
  alerts: ({ alerts, fixes }) => [
    { type: 'alerted', alerts: seen(HIGH), joined: ['HighErrorRate'] },
    { type: 'alerted', alerts: seen(HIGH, SLOW), joined: ['Slow'] },
    { type: 'alert-resolved', alerts: seen({ ...HIGH, firing: 0 }) },
    ...(alerts?.looking
      ? ([[finding('expiry', 'healthy')], [finding('expiry', 'problem')]] as const).map(
          (findings): IncidentEvent => ({ type: 'diagnosed', severity: 'warning', fixes, findings }),
        )
      : []),
  ],
  life: (incident, _, now) => lifeOf(incident, now),
  pages: (_, pages) =>
    pages.slice(-4).flatMap((page): IncidentEvent[] => [
      { type: 'page-failed', page, reason: 'no such user' },
      { type: 'page-dropped', page },
      { type: 'page-sent', page, by: 'slack' },
    ]),
};

const period = (id: string, from: number, to: number) => ({ id, from, to, reason: 'upgrade', by: 'U9' });

const HIGH = named('HighErrorRate');
const SLOW = named('Slow', 3, { severity: 'warning' });

const PLANS = [plan(SURVEY, RENEW, TELL), emergency(RESTART, TELL, PROVE), plan(RENEW, RESTART)];

const HEALTHY = [saw('expiry', 'healthy')];
const PROBLEM = [saw('expiry', 'problem'), saw('name', 'healthy')];

const onwardFrom = (step: StepRun): readonly IncidentEvent[] => {
  const ref = { step: step.id, round: step.round };
  if (step.state === 'failed') return [{ type: 'step-retried', ...ref }];
  if (isLooking(step))
    return [HEALTHY, PROBLEM].map((findings) => ({ type: 'step-looked', ...ref, findings }));
  return step.kind === 'person' ? [{ type: 'step-done', ...ref }] : [];
};

const stepEvents = (ref: { step: string; round: number }): readonly IncidentEvent[] => [
  { type: 'step-looked', ...ref, findings: [saw('expiry', 'inconclusive')] },
  { type: 'step-looked', ...ref, findings: [saw('expiry', 'skipped')] },
  { type: 'step-taken', ...ref },
  { type: 'step-done', ...ref },
  { type: 'step-failed', ...ref, reason: 'could not' },
  { type: 'step-retried', ...ref },
  { type: 'step-skipped', ...ref, reason: 'done by hand' },
];

const well = ({ check }: { check: string }) => finding(check, 'healthy');

/** It takes two people, where the policy says so. */
const MUCH = { ...preview('much'), extent: { keys: 1_000_000 } };

const attemptEvents = (fix: string, round: number): readonly IncidentEvent[] => [
  { type: 'previewed', fix, round, preview: preview(`state ${round}`) },
  { type: 'preview-failed', fix, round, reason: 'no such file' },
  { type: 'previewed', fix, round, preview: MUCH },
  { type: 'approved', fix, round },
  { type: 'approved', fix, round, breakGlass: 'nobody else is there' },
  { type: 'reviewed', fix, round, remark: 'rightly so' },
  { type: 'denied', fix, round },
  { type: 'denied', fix, round, reason: 'not now' },
  { type: 'drifted', fix, round, preview: preview(`state ${round + 1}`) },
  { type: 'held-up', fix, round, by: { incident: 'INC-9', fix: 'Restart it' } },
  { type: 'started', fix, round, owner: 'replica' },
  { type: 'undo-captured', fix, round, data: { kept: `copy ${round}` } },
  { type: 'acted', fix, round, outcome: 'done' },
  { type: 'failed', fix, round, reason: 'refused' },
  { type: 'lost', fix, round },
  { type: 'verified', fix, round, passed: true, findings: [finding('expiry', 'healthy')], boundAfter: 'new' },
  { type: 'verified', fix, round, passed: true, findings: [finding('expiry', 'problem')] },
  { type: 'verified', fix, round, passed: false, findings: [], boundAfter: 'half' },
  { type: 'undo-requested', fix, round },
];

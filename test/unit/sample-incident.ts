/** An incident to begin from: two fixes, one problem, three levels. Each test changes what it is about. */
import type { Effect, Happening, IncidentEvent } from '../../src/incident/event.ts';
import type { Attempt, AttemptStage, Incident, PageRef, ProposedFix } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import { armed } from '../../src/policy/ladder.ts';
import type { EscalationPolicy, Level, Policy, Recipient, Responder } from '../../src/policy/policy.ts';
import type { Finding, FindingStatus } from '../../src/runbook/finding.ts';
import type { Preview } from '../../src/runbook/fix.ts';

export const MINUTE = 60_000;
/** When the sample opened. */
export const OPENED = 1_700_000_000_000;
export const EXPIRES = 30 * MINUTE;

export const user = (id: string): Recipient => ({ kind: 'user', id });
export const group = (id: string): Recipient => ({ kind: 'usergroup', id });
export const channel = (id: string): Recipient => ({ kind: 'channel', id });

export const level = (responders: readonly Responder[], of: Partial<Level> = {}): Level => ({
  name: 'a level',
  delayMs: 10 * MINUTE,
  repeats: 1,
  ...of,
  responders,
});

export const escalation = (of: Partial<EscalationPolicy> = {}): EscalationPolicy => ({
  firstPageAfterMs: 5 * MINUTE,
  levels: [level([user('U1')]), level([user('U2'), group('S2')]), level([channel('C3')])],
  afterLast: 'stop',
  ...of,
});

export const policy = (of: Partial<EscalationPolicy> = {}): Policy => ({
  escalation: escalation(of),
  approval: { approvers: [user('UAPPROVER')], expiresMs: EXPIRES, selfApproval: false },
});

export const finding = (check: string, status: FindingStatus): Finding => ({
  check,
  title: check,
  status,
  summary: status,
  evidence: {},
  suggests: [],
  ...(status === 'problem' ? { severity: 'critical' } : {}),
});

export const proposed = (id: string, of: Partial<ProposedFix> = {}): ProposedFix => ({
  id,
  title: id,
  risk: 'medium',
  suggested: true,
  ...of,
});

export const preview = (boundTo: string): Preview => ({
  summary: 'would change one thing',
  changes: [{ what: 'Serial', before: boundTo, after: 'a new one' }],
  notes: [],
  boundTo,
});

/** Open since `OPENED`, its ladder armed and nobody paged. */
export const incident = (of: Partial<Incident> = {}): Incident => {
  const lives = of.policy ?? policy();
  return {
    id: 'INC-1',
    version: 1,
    topic: 'ssl',
    title: 'SSL certificate issues',
    environment: 'production',
    fingerprint: 'production/ssl',
    status: 'open',
    severity: 'critical',
    openedAt: OPENED,
    openedBy: 'UREQUESTER',
    findings: [finding('expiry', 'problem'), finding('name', 'healthy')],
    fixes: [proposed('renew'), proposed('restart', { irreversible: 'a restart cannot be taken back' })],
    attempts: {},
    ladder: armed(lives.escalation, OPENED),
    ...of,
    policy: lives,
  };
};

/** An attempt of `renew` in its second round that has left all that a stage can leave. */
export const attempt = (stage: AttemptStage, of: Partial<Attempt> = {}): Attempt => ({
  fix: 'renew',
  round: 2,
  stage,
  requestedBy: 'UREQUESTER',
  preview: preview('serial 1'),
  expiresAt: OPENED + EXPIRES,
  decidedBy: 'UAPPROVER',
  undo: { kept: 'copy' },
  boundAfter: 'serial 2',
  ...of,
});

export const trying = (stage: AttemptStage, of: Partial<Incident> = {}): Incident =>
  incident({ attempts: { renew: attempt(stage) }, ...of });

export const at = (event: IncidentEvent, when = OPENED + MINUTE, actor = 'USOMEBODY'): Happening => ({
  at: when,
  actor,
  ...event,
});

export interface Course {
  readonly next: Incident;
  readonly effects: readonly Effect[];
}

/** What comes of these, one after the other; each of them has to be accepted. */
export function follow(from: Incident, ...happenings: readonly Happening[]): Course {
  return happenings.reduce<Course>(
    (course, happening) => {
      const result = transition(course.next, happening);
      if (!result.moved) throw new Error(`${happening.type} was refused: ${result.why}`);
      return { next: result.next, effects: [...course.effects, ...result.effects] };
    },
    { next: from, effects: [] },
  );
}

export const pagesIn = (effects: readonly Effect[]): readonly PageRef[] =>
  effects.flatMap((effect) => (effect.do === 'page' ? [effect.page] : []));

/** `level.attempt responder`, for a table that can be read. */
export const pageKeys = (effects: readonly Effect[]): readonly string[] =>
  pagesIn(effects).map((page) => `${page.level}.${page.attempt} ${page.responder}`);

/** What people do when they are paged, and what becomes of the fixes that they ask for. */
import type { Decision } from '../../src/engine/decide.ts';
import type { IncidentEvent } from '../../src/incident/event.ts';
import { type Attempt, type Incident, isUndecided } from '../../src/incident/incident.ts';
import type { EscalationPolicy, Policy, Responder } from '../../src/policy/policy.ts';
import type { Schedule } from '../../src/policy/schedule.ts';
import { WEEKDAYS } from '../../src/policy/wall-clock.ts';
import { finding, preview } from '../unit/sample-incident.ts';
import type { Random } from './random.ts';

const MINUTE = 60_000;
const PEOPLE = ['U1', 'U2', 'U3', 'U4', 'U5'] as const;

/** People who are relieved every hour, and at times nobody. */
export const NIGHTS: Schedule = {
  name: 'nights',
  timeZone: 'Europe/Berlin',
  layers: [
    {
      users: ['U4', 'U5'],
      turnHours: 1,
      start: '2023-01-01',
      handover: { at: '00:00' },
      only: [{ days: [...WEEKDAYS], from: '23:30', to: '23:00' }],
    },
  ],
};

export function anyPolicy(random: Random): Policy {
  const responder = (): Responder =>
    random.pick<Responder>([
      { kind: 'usergroup', id: `S${1 + random.below(3)}` },
      { kind: 'schedule', id: 'nights' },
      { kind: 'user', id: random.pick(PEOPLE) },
      { kind: 'user', id: random.pick(PEOPLE) },
      { kind: 'user', id: random.pick(PEOPLE) },
    ]);
  const escalation: EscalationPolicy = {
    firstPageAfterMs: random.below(15) * MINUTE,
    levels: Array.from({ length: 1 + random.below(4) }, (_, index) => ({
      name: `level ${index + 1}`,
      delayMs: (1 + random.below(15)) * MINUTE,
      repeats: 1 + random.below(3),
      responders: Array.from({ length: random.below(4) }, responder),
    })),
    // A ladder that begins again for ever would never be over.
    afterLast: 'stop',
  };
  return {
    escalation,
    approval: {
      approvers: [{ kind: 'user', id: 'U1' }],
      expiresMs: (1 + random.below(40)) * MINUTE,
      selfApproval: random.chance(0.3),
    },
  };
}

/** One of the things that somebody may do to it at this moment; some of them are refused. */
export function anyDecision(random: Random, { attempts, fixes }: Incident, now: number): Decision {
  const tried = Object.values(attempts);
  const waiting = tried.find(isUndecided);
  const [first, ...others] = fixes.map(({ id }) => id);
  const fix = random.pick([first ?? 'renew', ...others]);
  const ref = (attempt: Attempt | undefined) => ({ fix: attempt?.fix ?? fix, round: attempt?.round ?? 1 });
  return random.pick<Decision>([
    { decision: 'acknowledge' },
    { decision: 'acknowledge' },
    { decision: 'escalate' },
    { decision: 'resolve' },
    { decision: 'snooze', until: now + random.below(60) * MINUTE },
    { decision: 'reassign', to: random.pick(PEOPLE) },
    { decision: 'note', text: 'seen' },
    { decision: 'request-fix', fix },
    { decision: 'request-fix', fix },
    { decision: 'approve', ...ref(waiting) },
    { decision: 'approve', ...ref(waiting) },
    { decision: 'deny', ...ref(waiting) },
    { decision: 'undo', ...ref(tried[0]) },
  ]);
}

/** How the work on a fix goes: what a preview, a run and a verification come to. */
export const previewed = (random: Random, ref: Pick<Attempt, 'fix' | 'round'>): IncidentEvent =>
  random.chance(0.9)
    ? { type: 'previewed', ...ref, preview: preview(`state ${ref.round}`) }
    : { type: 'preview-failed', ...ref, reason: 'nothing to see' };

export const acted = (random: Random, ref: Pick<Attempt, 'fix' | 'round'>): IncidentEvent =>
  random.chance(0.8)
    ? { type: 'acted', ...ref, outcome: 'done' }
    : { type: 'failed', ...ref, reason: 'refused' };

export const verified = (random: Random, ref: Pick<Attempt, 'fix' | 'round'>): IncidentEvent => {
  const passed = random.chance(0.7);
  return {
    type: 'verified',
    ...ref,
    passed,
    findings: [finding('expiry', passed ? 'healthy' : 'problem')],
    boundAfter: 'what it left',
  };
};

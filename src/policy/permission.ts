/** Who may do what in an incident. A refusal names who may. */
import type { Ladders } from './choose.ts';
import type { Ladder } from './ladder.ts';
import type { Level, Policy, Responder } from './policy.ts';
import type { Schedule } from './schedule.ts';

export interface Actor {
  /** A Slack user id, or `cli:name` for somebody in a terminal on Paksa's own machine. */
  readonly id: string;
  /** Ids of the user groups that they are in now. */
  readonly groups: readonly string[];
  /** Names of the schedules that they are on call in now; absent where none was looked up. */
  readonly schedules?: readonly string[];
}

export interface Standing {
  readonly policy: Policy;
  readonly ladder: Ladder;
  readonly openedBy: string;
  /** Users whom a schedule's page has reached, or whom it was handed over to. */
  readonly reached?: readonly { readonly user: string }[];
  /** To whom it is handed now. It may answer for it: who hands over decides no more than that. */
  readonly handedTo?: { readonly user: string };
}

export type Permission =
  | { readonly allowed: true }
  /** `who`: those who may, where it is a matter of who asks. */
  | { readonly allowed: false; readonly who?: readonly Responder[]; readonly why: string };

const ALLOWED: Permission = { allowed: true };

/** A terminal on Paksa's own machine holds Paksa's credentials: asking Slack's roles there would protect nothing. */
const isTerminal = (actor: Actor): boolean => actor.id.startsWith('cli:');

const isAmong = (actor: Actor, responders: readonly Responder[]): boolean =>
  responders.some((responder) => isOneOf(actor, responder));

function isOneOf({ id: actor, groups, schedules = [] }: Actor, { kind, id }: Responder): boolean {
  switch (kind) {
    case 'user':
      return id === actor;
    case 'usergroup':
      return groups.includes(id);
    case 'schedule':
      return schedules.includes(id);
    case 'channel':
      return false;
  }
}

const people = (responders: readonly Responder[]): readonly Responder[] =>
  responders.filter(({ kind }) => kind !== 'channel');

const onlyFor = (who: readonly Responder[], actor: Actor, why: string): Permission =>
  isAmong(actor, who) ? ALLOWED : { allowed: false, who, why };

/** Approvers, and whoever has been paged: the level that was called can decide. */
function deciders({ policy, ladder }: Standing): readonly Responder[] {
  const called = policy.escalation.levels.filter((_, index) => (ladder.paged[index + 1] ?? 0) > 0);
  return people([...policy.approval.approvers, ...called.flatMap(({ responders }) => responders)]);
}

/** What is decided on: whose request, and whether one person is not enough. */
interface Request {
  readonly requestedBy: string;
  readonly takesTwo: boolean;
}

/** Who approves, and everybody on the ladder, whether they were called or not. */
const onLadder = ({ policy }: Standing): readonly Responder[] =>
  people([...policy.approval.approvers, ...policy.escalation.levels.flatMap(({ responders }) => responders)]);

/** Approve a fix, or take one back: nobody's request is judged then. */
export function mayDecide(standing: Standing, actor: Actor, request?: Request): Permission {
  const who = deciders(standing);
  // At a terminal too: two people are two.
  if (actor.id === request?.requestedBy && request.takesTwo)
    return notOwn(who, actor, 'You asked for this fix, and it takes two others.');
  if (isTerminal(actor)) return ALLOWED;
  if (actor.id === request?.requestedBy && !standing.policy.approval.selfApproval)
    return notOwn(who, actor, 'You asked for this fix, so somebody else decides.');
  return onlyFor(who, actor, 'You are not among the approvers.');
}

const notOwn = (who: readonly Responder[], actor: Actor, why: string): Permission => ({
  allowed: false,
  who: who.filter(({ id }) => id !== actor.id),
  why,
});

/** Approve alone, with a reason: anybody on the ladder, where it is provided for. */
export function mayBreakGlass(standing: Standing, actor: Actor): Permission {
  if (isTerminal(actor)) return ALLOWED;
  if (standing.policy.approval.breakGlass === undefined)
    return { allowed: false, why: 'Nobody may break the glass here: `approvals.breakGlass` in paksa.yaml.' };
  return onlyFor(onLadder(standing), actor, 'You are not on this incident’s ladder.');
}

/** Say what became of that: who approves; of that it is somebody else, the incident knows. */
export const mayReview = (standing: Standing, actor: Actor): Permission => mayDecide(standing, actor);

/** Deny: who may approve, and who asked for it (that is a withdrawal). */
export const mayDeny = (standing: Standing, actor: Actor, requestedBy: string): Permission =>
  actor.id === requestedBy ? ALLOWED : mayDecide(standing, actor);

/** Acknowledge, resolve, or carry out a procedure's steps: who opened it, who approves, anybody on the ladder. */
export function mayAnswer(standing: Standing, actor: Actor): Permission {
  if (isTerminal(actor) || actor.id === standing.openedBy) return ALLOWED;
  // Relieved since they were paged, they can answer for it all the same.
  if (standing.handedTo?.user === actor.id) return ALLOWED;
  if (standing.reached?.some(({ user }) => user === actor.id)) return ALLOWED;
  return onlyFor(onLadder(standing), actor, 'You are not on this incident’s ladder.');
}

/** Everybody whom the ladders of an environment name, whichever of them an incident is given. */
export const onLadders = (ladders: Ladders): readonly Responder[] =>
  [ladders.default, ...ladders.named.values()].flatMap(({ levels }) =>
    levels.flatMap(({ responders }) => responders),
  );

/** Make or end a silence: it decides who is not paged. Who approves, and anybody on the environment's ladders. */
export function maySilence(ladders: Ladders, approvers: readonly Responder[], actor: Actor): Permission {
  if (isTerminal(actor)) return ALLOWED;
  const who = people([...approvers, ...onLadders(ladders)]);
  return onlyFor(who, actor, 'You are not on the ladder of this environment, and not an approver.');
}

/** Start a drill: it wakes people. Approvers, and whoever would be woken by it. */
export function mayDrill(
  approvers: readonly Responder[],
  levels: readonly Level[],
  actor: Actor,
): Permission {
  if (isTerminal(actor)) return ALLOWED;
  const who = people([...approvers, ...levels.flatMap(({ responders }) => responders)]);
  return onlyFor(who, actor, 'You are not on this ladder, and not an approver.');
}

/** Make or end an override: it decides who is paged and who may approve, so that not everybody may. */
export function mayOverride(schedule: Schedule, approvers: readonly Responder[], actor: Actor): Permission {
  if (isTerminal(actor) || actor.schedules?.includes(schedule.name)) return ALLOWED;
  const turns = new Set(schedule.layers.flatMap(({ users }) => users));
  const who = people([...[...turns].map((id): Responder => ({ kind: 'user', id })), ...approvers]);
  return onlyFor(who, actor, `You are not in the schedule “${schedule.name}”, and not an approver.`);
}

/** Read the audit log, which names who did what anywhere: who approves, and anybody on a ladder, of any environment. */
export function mayReadAudit(everywhere: readonly Responder[], actor: Actor): Permission {
  if (isTerminal(actor)) return ALLOWED;
  const who = people(everywhere);
  return onlyFor(who, actor, 'You are not on a ladder, and not an approver.');
}

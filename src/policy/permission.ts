/** Who may do what in an incident. A refusal names who may. */
import type { Ladder } from './ladder.ts';
import type { Grantee, Policy } from './policy.ts';
import { type Grant, holders, isGiven } from './roles.ts';

export interface Actor {
  /** A Slack user id, or `cli:name` for somebody in a terminal on Paksa's own machine. */
  readonly id: string;
  /** Ids of the user groups that they are in now. */
  readonly groups: readonly string[];
  /** Names of the schedules that they are on call in now; absent where none was looked up. */
  readonly schedules?: readonly string[];
  /** Of their confirmed e-mail address; absent where none was looked up. */
  readonly domain?: string;
}

export interface Standing {
  readonly topic: string;
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
  | { readonly allowed: false; readonly who?: readonly Grantee[]; readonly why: string };

export const ALLOWED: Permission = { allowed: true };

/** A terminal on Paksa's own machine holds Paksa's credentials: asking Slack's roles there would protect nothing. */
export const isTerminal = (actor: Actor): boolean => actor.id.startsWith('cli:');

const isAmong = (actor: Actor, who: readonly Grantee[]): boolean => who.some((each) => isOneOf(actor, each));

function isOneOf({ id: actor, groups, schedules = [], domain }: Actor, { kind, id }: Grantee): boolean {
  switch (kind) {
    case 'user':
      return id === actor;
    case 'usergroup':
      return groups.includes(id);
    case 'schedule':
      return schedules.includes(id);
    case 'domain':
      return domain === id;
    case 'channel':
      return false;
  }
}

export const people = (who: readonly Grantee[]): readonly Grantee[] =>
  who.filter(({ kind }) => kind !== 'channel');

export const onlyFor = (who: readonly Grantee[], actor: Actor, why: string): Permission =>
  isAmong(actor, who) ? ALLOWED : { allowed: false, who, why };

/** Approvers, of this fix or of all, and whoever has been paged: the level that was called can decide. */
function deciders({ policy, ladder, topic }: Standing, fix: string): readonly Grantee[] {
  const called = policy.escalation.levels.filter((_, index) => (ladder.paged[index + 1] ?? 0) > 0);
  return people([
    ...policy.approval.approvers,
    ...holders(policy.roles, 'approver', { topic, fix }),
    ...called.flatMap(({ responders }) => responders),
  ]);
}

/** Who approves, and everybody on the ladder, whether they were called or not. */
const onLadder = ({ policy }: Pick<Standing, 'policy'>): readonly Grantee[] =>
  people([...policy.approval.approvers, ...policy.escalation.levels.flatMap(({ responders }) => responders)]);

/** What is looked at, and who is there without a role. */
export interface Scene {
  readonly roles?: readonly Grant[] | undefined;
  readonly topic: string;
  readonly known: readonly Grantee[];
}

export const sceneOf = (standing: Standing): Scene => ({
  roles: standing.policy.roles,
  topic: standing.topic,
  known: onLadder(standing),
});

/** See what is wrong, and call for help: everybody, unless it is given to some; then those, and whoever is on the ladder. */
export function mayLook({ roles, topic, known }: Scene, actor: Actor): Permission {
  if (isTerminal(actor) || !isGiven(roles, 'viewer')) return ALLOWED;
  return onlyFor([...holders(roles, 'viewer', { topic }), ...known], actor, 'You are not a viewer here.');
}

/** Ask for a fix, or start a procedure, which is about all of the topic: likewise. Nothing happens before a decision. */
export function mayAsk(scene: Scene, actor: Actor, fix?: string): Permission {
  const { roles, topic, known } = scene;
  if (!isGiven(roles, 'responder')) return mayLook(scene, actor);
  if (isTerminal(actor)) return ALLOWED;
  const who = [...holders(roles, 'responder', { topic, fix }), ...known];
  return onlyFor(who, actor, 'You are not a responder here.');
}

/** What is decided on: whose request, and whether one person is not enough. */
interface Request {
  readonly requestedBy: string;
  readonly takesTwo: boolean;
}

/** Approve a fix, or take one back: nobody's request is judged then. */
export function mayDecide(standing: Standing, actor: Actor, fix: string, request?: Request): Permission {
  const who = deciders(standing, fix);
  // At a terminal too: two people are two.
  if (actor.id === request?.requestedBy && request.takesTwo)
    return notOwn(who, actor, 'You asked for this fix, and it takes two others.');
  if (isTerminal(actor)) return ALLOWED;
  if (actor.id === request?.requestedBy && !standing.policy.approval.selfApproval)
    return notOwn(who, actor, 'You asked for this fix, so somebody else decides.');
  return onlyFor(who, actor, 'You are not among the approvers.');
}

const notOwn = (who: readonly Grantee[], actor: Actor, why: string): Permission => ({
  allowed: false,
  who: who.filter(({ id }) => id !== actor.id),
  why,
});

/** Approve alone, with a reason: anybody on the ladder, where it is provided for. */
export function mayBreakGlass(standing: Standing, actor: Actor, fix: string): Permission {
  if (isTerminal(actor)) return ALLOWED;
  if (standing.policy.approval.breakGlass === undefined)
    return { allowed: false, why: 'Nobody may break the glass here: `approvals.breakGlass` in paksa.yaml.' };
  const { policy, topic } = standing;
  const who = [...onLadder(standing), ...holders(policy.roles, 'approver', { topic, fix })];
  return onlyFor(who, actor, 'You are not on this incident’s ladder.');
}

/** Say what became of that: who approves; that it is somebody else, the incident sees to. */
export const mayReview = (standing: Standing, actor: Actor, fix: string): Permission =>
  mayDecide(standing, actor, fix);

/** Deny: who may approve, and who asked for it (that is a withdrawal). */
export const mayDeny = (standing: Standing, actor: Actor, fix: string, requestedBy: string): Permission =>
  actor.id === requestedBy ? ALLOWED : mayDecide(standing, actor, fix);

/** Acknowledge, resolve, or carry out a procedure's steps: who opened it, who approves, anybody on the ladder. */
export function mayAnswer(standing: Standing, actor: Actor): Permission {
  if (isTerminal(actor) || actor.id === standing.openedBy) return ALLOWED;
  // Relieved since they were paged, they can answer for it all the same.
  if (standing.handedTo?.user === actor.id) return ALLOWED;
  if (standing.reached?.some(({ user }) => user === actor.id)) return ALLOWED;
  const { policy, topic } = standing;
  const who = [...onLadder(standing), ...holders(policy.roles, 'responder', { topic })];
  return onlyFor(who, actor, 'You are not on this incident’s ladder.');
}

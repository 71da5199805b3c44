/** Who may do what in an environment, apart from its incidents: look, ask, silence, drill, override, read the audit log. */
import type { Ladders } from './choose.ts';
import {
  type Actor,
  ALLOWED,
  isTerminal,
  onlyFor,
  type Permission,
  people,
  type Scene,
} from './permission.ts';
import type { Grantee, Level, Policy, Responder } from './policy.ts';
import { holders } from './roles.ts';
import type { Schedule } from './schedule.ts';

/** Everybody whom the ladders of an environment name, whichever of them an incident is given. */
export const onLadders = (ladders: Ladders): readonly Responder[] =>
  [ladders.default, ...ladders.named.values()].flatMap(({ levels }) =>
    levels.flatMap(({ responders }) => responders),
  );

/** An environment as it is configured now. */
export interface Realm {
  readonly policy: Policy;
  readonly ladders: Ladders;
}

/** `estate`: what knows the environments. */
export const realmIn = (
  estate: { policy(environment: string): Policy; ladders(environment: string): Ladders },
  environment: string,
): Realm => ({ policy: estate.policy(environment), ladders: estate.ladders(environment) });

/** Everybody whom an environment names, in whatever role. */
export const namedIn = ({ policy, ladders }: Realm): readonly Grantee[] => [
  ...policy.approval.approvers,
  ...onLadders(ladders),
  ...(policy.roles ?? []).map(({ who }) => who),
];

/** Those who approve whatever it is, and those who administer. */
export const leadersOf = ({ approval, roles }: Policy): readonly Grantee[] => [
  ...approval.approvers,
  ...holders(roles, 'admin'),
];

/** Make or end a silence, of a topic or of all: it decides who is not paged. Responders, who approves, anybody on the environment's ladders. */
export function maySilence({ policy, ladders }: Realm, actor: Actor, topic?: string): Permission {
  if (isTerminal(actor)) return ALLOWED;
  const who = people([
    ...leadersOf(policy),
    ...onLadders(ladders),
    ...holders(policy.roles, 'responder', { topic }),
  ]);
  return onlyFor(who, actor, 'You are not on the ladder of this environment, and not an approver.');
}

/** Start a drill: it wakes people. `leaders`, and whoever would be woken by it. */
export function mayDrill(leaders: readonly Grantee[], levels: readonly Level[], actor: Actor): Permission {
  if (isTerminal(actor)) return ALLOWED;
  const who = people([...leaders, ...levels.flatMap(({ responders }) => responders)]);
  return onlyFor(who, actor, 'You are not on this ladder, and not an approver.');
}

/** Make or end an override: it decides who is paged and who may approve, so that not everybody may. */
export function mayOverride(schedule: Schedule, leaders: readonly Grantee[], actor: Actor): Permission {
  if (isTerminal(actor) || actor.schedules?.includes(schedule.name)) return ALLOWED;
  const turns = new Set(schedule.layers.flatMap(({ users }) => users));
  const who = people([...[...turns].map((id): Responder => ({ kind: 'user', id })), ...leaders]);
  return onlyFor(who, actor, `You are not in the schedule “${schedule.name}”, and not an approver.`);
}

/** Read the audit log, which names who did what anywhere: who approves, and anybody on a ladder, of any environment. */
export function mayReadAudit(everywhere: readonly Grantee[], actor: Actor): Permission {
  if (isTerminal(actor)) return ALLOWED;
  const who = people(everywhere);
  return onlyFor(who, actor, 'You are not on a ladder, and not an approver.');
}

/** Before there is an incident. */
export const sceneIn = ({ policy, ladders }: Realm, topic: string): Scene => ({
  roles: policy.roles,
  topic,
  known: people([...policy.approval.approvers, ...onLadders(ladders)]),
});

/** Who is asking, as they are known at this moment: membership is looked up at the click, never remembered. */
import type { WebClient } from '@slack/web-api';
import { type OnCallDeps, onCallIn } from '../engine/on-call.ts';
import type { Incident } from '../incident/incident.ts';
import type { Actor } from '../policy/permission.ts';
import type { Responder } from '../policy/policy.ts';
import { call } from './calls.ts';

/** Everybody whom the incident's policy names. */
export const namedIn = (incident: Incident | undefined): readonly Responder[] =>
  incident === undefined
    ? []
    : [
        ...incident.policy.approval.approvers,
        ...incident.policy.escalation.levels.flatMap(({ responders }) => responders),
      ];

/** Looks only at the groups and schedules that are named. @throws AdapterError */
export async function actorOf(
  client: WebClient,
  onCall: OnCallDeps,
  user: string,
  named: readonly Responder[],
): Promise<Actor> {
  const groups = idsOf('usergroup', named);
  const isMember = await Promise.all(
    groups.map(async (usergroup) => {
      const { users = [] } = await call('usergroups.users.list', client.usergroups.users.list({ usergroup }));
      return users.includes(user);
    }),
  );
  return {
    id: user,
    groups: groups.filter((_, index) => isMember[index]),
    schedules: await onCallIn(onCall, user, idsOf('schedule', named)),
  };
}

const idsOf = (kind: Responder['kind'], named: readonly Responder[]): string[] => [
  ...new Set(named.filter((each) => each.kind === kind).map(({ id }) => id)),
];

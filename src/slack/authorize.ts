/** Who is asking, as they are known at this moment: membership is looked up at the click, never remembered. */
import type { WebClient } from '@slack/web-api';
import { type OnCallDeps, onCallIn } from '../engine/on-call.ts';
import type { Incident } from '../incident/incident.ts';
import type { Actor } from '../policy/permission.ts';
import type { Grantee } from '../policy/policy.ts';
import { call } from './calls.ts';
import { standingOf } from './standing.ts';

/** Everybody whom the incident's policy names. */
export const namedBy = (incident: Incident | undefined): readonly Grantee[] =>
  incident === undefined
    ? []
    : [
        ...incident.policy.approval.approvers,
        ...incident.policy.escalation.levels.flatMap(({ responders }) => responders),
        ...(incident.policy.roles ?? []).map(({ who }) => who),
      ];

/** Looks only at the groups, schedules and domains that are named. @throws AdapterError */
export async function actorOf(
  client: WebClient,
  onCall: OnCallDeps,
  user: string,
  named: readonly Grantee[],
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
    ...(named.some(({ kind }) => kind === 'domain') ? await domainOf(client, user) : {}),
  };
}

/** Of a member's own address, once they have confirmed it: others can write what they like. */
async function domainOf(client: WebClient, id: string): Promise<Pick<Actor, 'domain'>> {
  const standing = await standingOf(call('users.info', client.users.info({ user: id })));
  if (standing.is !== 'active') return {};
  const { profile, is_stranger, is_email_confirmed = true } = standing.user;
  const [, domain] = /@([^@]+)$/.exec(profile?.email ?? '') ?? [];
  return domain === undefined || is_stranger || !is_email_confirmed ? {} : { domain: domain.toLowerCase() };
}

const idsOf = (kind: Grantee['kind'], named: readonly Grantee[]): string[] => [
  ...new Set(named.filter((each) => each.kind === kind).map(({ id }) => id)),
];

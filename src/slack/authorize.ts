/** Who is asking, as Slack knows them at this moment: membership of user groups is looked up at the click, never remembered. */
import type { WebClient } from '@slack/web-api';
import type { Incident } from '../incident/incident.ts';
import type { Actor } from '../policy/permission.ts';
import { call } from './calls.ts';

/** Looks only at the groups that this incident's policy names. @throws AdapterError */
export async function actorOf(
  client: WebClient,
  user: string,
  incident: Incident | undefined,
): Promise<Actor> {
  const { approval, escalation } = incident?.policy ?? {
    approval: { approvers: [] },
    escalation: { levels: [] },
  };
  const named = [...approval.approvers, ...escalation.levels.flatMap(({ responders }) => responders)];
  const groups = [...new Set(named.filter(({ kind }) => kind === 'usergroup').map(({ id }) => id))];
  const isMember = await Promise.all(
    groups.map(async (usergroup) => {
      const { users = [] } = await call('usergroups.users.list', client.usergroups.users.list({ usergroup }));
      return users.includes(user);
    }),
  );
  return { id: user, groups: groups.filter((_, index) => isMember[index]) };
}

/** Who belongs into an incident's own channel: whoever opened it, is at it, or has been paged. */
import type { WebClient } from '@slack/web-api';
import type { Incident } from '../incident/incident.ts';
import { call } from './calls.ts';

const USER = /^[UW][A-Z0-9]+$/;

/** Later levels come when they are paged; of a schedule, whoever its page has reached. @throws AdapterError */
export async function roomMembers(client: WebClient, incident: Incident): Promise<readonly string[]> {
  const { policy, ladder, reached = [], openedBy, answeredBy, handedTo } = incident;
  const called = policy.escalation.levels
    .filter((_, index) => (ladder.paged[index + 1] ?? 0) > 0)
    .flatMap(({ responders }) => responders);
  const groups = new Set(called.flatMap(({ kind, id }) => (kind === 'usergroup' ? [id] : [])));
  const members: string[] = [];
  for (const usergroup of groups) {
    const { users = [] } = await call('usergroups.users.list', client.usergroups.users.list({ usergroup }));
    members.push(...users);
  }
  const all = [
    openedBy,
    answeredBy ?? '',
    handedTo?.user ?? '',
    ...called.flatMap(({ kind, id }) => (kind === 'user' ? [id] : [])),
    ...reached.map(({ user }) => user),
    ...members,
  ];
  return [...new Set(all)].filter((id) => USER.test(id));
}

/** Whose eyes one looks through. Beside each person, how many messages call for them: a page that reached somebody shows here. */
import type { PageUser } from './api.ts';
import { Avatar } from './avatar.tsx';
import { MenuButton } from './menu.tsx';

interface PersonSwitchProps {
  users: PageUser[];
  me: string;
  calls: Map<string, number>;
  compact?: boolean;
  onBecome(user: string): void;
}

function Person({ user, calls }: { user: PageUser; calls: number }) {
  return (
    <>
      <Avatar user={user} size="small" />
      <span className="person">
        <span className="person-name">{user.realName}</span>
        <span className="person-role">{user.role}</span>
      </span>
      {calls > 0 && (
        <span className="badge" title={`${calls} waiting for ${user.realName}`}>
          {calls}
          <span className="unseen"> waiting</span>
        </span>
      )}
    </>
  );
}

export function PersonSwitch({ users, me, calls, compact = false, onBecome }: PersonSwitchProps) {
  const people = users.filter(({ isBot }) => !isBot);
  const current = people.find(({ id }) => id === me);
  const elsewhere = people.reduce((sum, { id }) => sum + (id === me ? 0 : (calls.get(id) ?? 0)), 0);
  const items = people.map((user) => ({
    id: user.id,
    label: <Person user={user} calls={user.id === me ? 0 : (calls.get(user.id) ?? 0)} />,
    checked: user.id === me,
    choose: () => onBecome(user.id),
  }));
  const waiting = elsewhere === 0 ? '' : `, ${elsewhere} waiting for others`;
  return (
    <MenuButton
      name={`You are ${current?.realName ?? 'nobody'}, ${current?.role ?? ''}${waiting}. Switch person`}
      className={compact ? 'person-switch person-switch-compact' : 'person-switch'}
      items={items}
    >
      <Avatar user={current} size="small" />
      {!compact && (
        <span className="person">
          <span className="person-you">You are</span>
          <span className="person-name">{current?.realName}</span>
          <span className="person-role">{current?.role}</span>
        </span>
      )}
      {elsewhere > 0 && <span className="badge badge-quiet">{elsewhere}</span>}
      <span className="chevron" aria-hidden="true" />
    </MenuButton>
  );
}

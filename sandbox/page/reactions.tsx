/** The reactions on a message, with who gave them for those who ask. */
import type { PageMessage } from './api.ts';
import { useDirectory } from './blocks/surface.ts';
import { emojified } from './emoji.ts';
import { nameOf } from './people.ts';

export function Reactions({ reactions }: { reactions: NonNullable<PageMessage['reactions']> }) {
  const { users } = useDirectory();
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(({ name, users: by }) => (
        <li
          key={name}
          className="reaction"
          title={`${by.map((id) => nameOf(users, id)).join(', ')}: ${name}`}
        >
          {emojified(`:${name}:`)} {by.length}
        </li>
      ))}
    </ul>
  );
}

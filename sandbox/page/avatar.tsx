/** A person's initials on their own colour; the bot has its mark instead. Decoration: the name always stands beside it. */
import type { PageUser } from './api.ts';
import mark from './mark.svg';
import { hueOf, initialsOf } from './people.ts';

interface AvatarProps {
  user: PageUser | undefined;
  size: 'small' | 'large';
}

export function Avatar({ user, size }: AvatarProps) {
  if (user?.isBot === true) return <img className={`avatar avatar-${size}`} src={mark} alt="" />;
  const style = { backgroundColor: `oklch(0.48 0.09 ${hueOf(user?.id ?? '')})` };
  return (
    <span className={`avatar avatar-${size}`} style={style} aria-hidden="true">
      {initialsOf(user?.realName ?? '?')}
    </span>
  );
}

/** Names of people and of conversations, as they are shown. */
import type { PageChannel, PageUser } from './api.ts';

export function nameOf(users: PageUser[], id: string): string {
  return users.find((user) => user.id === id)?.realName ?? 'Somebody';
}

/** Whom a direct message is with; one's own name only where there is nobody else in it. */
export function partners(channel: PageChannel, users: PageUser[], me: string): PageUser[] {
  const others = channel.members.filter((id) => id !== me);
  const ids = others.length > 0 ? others : channel.members;
  return users.filter(({ id }) => ids.includes(id));
}

export function channelTitle(channel: PageChannel, users: PageUser[], me: string): string {
  if (!channel.isDirect) return `#${channel.name}`;
  const names = partners(channel, users, me).map(({ realName }) => realName);
  return names.length > 0 ? names.join(', ') : channel.name;
}

/** The same person has the same colour everywhere and always; the golden angle keeps ids in a row far apart. */
export function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 10_007;
  // Not the teal of the bot's mark.
  return (215 + (Math.round(sum * 137.508) % 290)) % 360;
}

export function initialsOf(realName: string): string {
  const words = realName.split(/\s+/).filter((word) => word !== '');
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** A message as a screen reader should say it: names instead of ids, labels instead of addresses, no marks. */
import type { RichTextSectionElement } from 'slack-blocks-to-jsx';
import { richText } from './blocks/mrkdwn.ts';
import type { Directory } from './blocks/surface.ts';
import { nameOf } from './people.ts';

/** Nobody listens to a whole log: the rest is on the page. */
const LONGEST = 300;

function word(element: RichTextSectionElement, { users, groups, channels }: Directory): string {
  switch (element.type) {
    case 'user':
      return nameOf(users, element.user_id);
    case 'usergroup':
      return groups.find(({ id }) => id === element.usergroup_id)?.name ?? 'a group';
    case 'channel':
      return channels.find(({ id }) => id === element.channel_id)?.name ?? 'a channel';
    case 'link':
      return element.text ?? element.url;
    case 'broadcast':
      return element.range;
    case 'date':
      return new Date(element.timestamp * 1000).toLocaleString();
    case 'text':
      return element.text;
    default:
      return '';
  }
}

export function spoken(text: string, directory: Directory): string {
  const words = richText(text).elements.flatMap((block) =>
    block.type === 'rich_text_list' ? [] : block.elements.map((element) => word(element, directory)),
  );
  return words.join('').slice(0, LONGEST);
}

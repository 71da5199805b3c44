/** Plain text as Slack shows it: nothing is marked up, but `:wrench:` becomes the picture. */
import { emojified } from '../emoji.ts';

export function PlainText({ text }: { text: string }) {
  return <>{emojified(text)}</>;
}

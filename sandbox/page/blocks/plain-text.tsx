/** Plain text as Slack shows it: nothing is marked up, but `:wrench:` becomes the picture. */
import { emojify } from 'node-emoji';

export function PlainText({ text }: { text: string }) {
  return <>{emojify(text)}</>;
}

/** Slack's shortcodes. `node-emoji` goes by GitHub's names; the coloured marks of a status line are Slack's own. */
import { get } from 'node-emoji';

const SLACK: Record<string, string> = {
  large_red_circle: '🔴',
  large_orange_circle: '🟠',
  large_yellow_circle: '🟡',
  large_green_circle: '🟢',
  large_purple_circle: '🟣',
  large_brown_circle: '🟤',
  large_red_square: '🟥',
  large_orange_square: '🟧',
  large_yellow_square: '🟨',
  large_green_square: '🟩',
  large_blue_square: '🟦',
  large_purple_square: '🟪',
  large_brown_square: '🟫',
};

export const emojiOf = (name: string): string | undefined => SLACK[name] ?? get(name);

/** Not in the middle of a word: `12:30:45` is a time. */
const SHORTCODE = /(?<![\p{L}\p{N}]):([a-z0-9_+'-]+):/gu;

export function emojified(text: string): string {
  return text.replaceAll(SHORTCODE, (whole, name: string) => emojiOf(name) ?? whole);
}

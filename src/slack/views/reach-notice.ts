/** Told in an environment's channel: a level will reach nobody within a day, or does not any more. */
import type { ReachNotice } from '../../engine/watch-ports.ts';
import { defectWords } from '../../policy/defect-words.ts';
import { actions, button, context, section, type View } from './blocks.ts';
import { DRILL, words } from './ladder-check.ts';
import { clip, clipLines, dateAndTime, escaped, LIMIT, oneLine } from './text.ts';

export function reachNoticeView({ environment, lost, overAt }: ReachNotice): View {
  const where = clip(oneLine(environment), 80);
  const levels = lost.map(({ level }) => `level ${level}`).join(', ');
  if (overAt !== undefined) {
    const text = `✅ Ladder of ${where}: this is not so any more, since ${dateAndTime(overAt)}: ${levels} reached nobody within a day.`;
    return { text: clip(text, LIMIT.fallback), blocks: [section(text)] };
  }
  const lines = lost.flatMap(({ level, name, defects }) =>
    defects.map(
      (defect) => `🔴 *Level ${level} · ${clip(oneLine(name), 60)}*: ${defectWords(defect, level, words)}`,
    ),
  );
  return {
    text: clip(
      escaped(`Ladder of ${environment}: within 24 hours, nobody is reached on ${levels}`),
      LIMIT.fallback,
    ),
    blocks: [
      section(`🪜 *Ladder of ${where}: within 24 hours, nobody is reached on ${levels}*`),
      section(clipLines(lines, LIMIT.section)),
      context('Said once, until it changes. `/paksa ladder check` looks 14 days ahead.'),
      ...actions([button('Look again', `${DRILL}:check`, environment)]),
    ],
  };
}

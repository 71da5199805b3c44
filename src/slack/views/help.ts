/** What Paksa can do: the topics, the nearest to what was typed first. */
import type { Runbook } from '../../runbook/define.ts';
import { actions, button, context, header, section, type View } from './blocks.ts';
import { clip, clipLines, escaped, LIMIT } from './text.ts';

/** `said`: why help is shown, when something was typed that is not a command. */
export function helpView(topics: readonly Runbook[], said?: string): View {
  const lines = topics.map(
    ({ topic, title, symptoms }) =>
      `• \`/paksa diagnose ${topic}\`  ${escaped(title)}: _${escaped(symptoms.join(', '))}_`,
  );
  return {
    text: clip(escaped(said ?? 'What Paksa can do'), LIMIT.fallback),
    blocks: [
      ...(said === undefined ? [header('What Paksa can do')] : [section(clip(escaped(said), 1000))]),
      ...(lines.length > 0 ? [section(clipLines(lines, 2800))] : []),
      section(
        '• `/paksa emergency`  declare one: its steps begin, and the first level is paged\n• `/paksa procedure`  what is gone through step by step\n• `/paksa oncall`  who is on call, until when, and who is next\n• `/paksa override`  stand in for whoever is on call\n• `/paksa ladder check`  whether every level reaches somebody; `drill` tries it\n• `/paksa silence`  page nobody for a while, such as during an upgrade; `/paksa silences` has what is silenced\n• `/paksa status`  the incidents that are open\n• `/paksa incident INC-12`  where it stands; after it: `ack`, `snooze 1h`, `assign @user`, `note …`, `resolve`, `reopen …`, `merge INC-11`\n• `/paksa postmortem INC-12`  a draft with the facts, into its thread\n• `/paksa audit`  who asked for, decided and did what; of `INC-12`, by `@user`, or with a word\n• `/paksa help`  this',
      ),
      context(
        'A diagnosis only reads. A fix shows what it would change first, and runs when somebody else approves it.',
      ),
      ...actions(
        topics.slice(0, 5).map(({ topic }) => button(`Diagnose ${topic}`, `diagnose:${topic}`, topic)),
      ),
    ],
  };
}

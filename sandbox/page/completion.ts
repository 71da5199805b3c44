/** Which slash-command lines to offer for what has been typed so far. */
import type { PageCommand } from './api.ts';

export interface Completion {
  line: string;
  about: string;
}

const SHOWN = 40;

function everyLine(commands: PageCommand[]): Completion[] {
  return commands.flatMap(({ command, description, completions }) => [
    { line: command, about: description },
    ...completions.filter((line) => line !== command).map((line) => ({ line, about: '' })),
  ]);
}

/** What begins as typed comes first, then what has all the typed words somewhere. */
export function complete(text: string, commands: PageCommand[]): Completion[] {
  if (!text.startsWith('/') || text.includes('\n')) return [];
  const typed = text.toLowerCase();
  const words = typed
    .slice(1)
    .split(/\s+/)
    .filter((word) => word !== '');
  const lines = everyLine(commands).filter(({ line }) => line.toLowerCase() !== typed.trimEnd());
  const beginning = lines.filter(({ line }) => line.toLowerCase().startsWith(typed));
  const containing = lines.filter(
    (each) =>
      !beginning.includes(each) &&
      words.length > 1 &&
      words.every((word) => each.line.toLowerCase().includes(word)),
  );
  return [...beginning, ...containing].slice(0, SHOWN);
}

/** A person's Slack client: everything that people can do, whichever of the page and the tests does it. */
import { type Act, act, type MessageChoices } from './interactions/block-action.ts';
import { type CommandLine, runCommand } from './interactions/command.ts';
import { openHome, type Said, say } from './interactions/say.ts';
import { globalShortcut, type MessageShortcut, messageShortcut } from './interactions/shortcut.ts';
import { closeView, type Submission, submitView } from './interactions/view-submission.ts';
import type { Message } from './model.ts';
import type { ClientAnswer, Platform } from './platform.ts';

export interface Client {
  say(said: Said): ClientAnswer & { message?: Message };
  command(line: CommandLine): Promise<ClientAnswer>;
  act(act: Act): Promise<ClientAnswer>;
  submit(submission: Submission): Promise<ClientAnswer>;
  close(user: string, viewId: string): Promise<ClientAnswer>;
  shortcut(user: string, callbackId: string): Promise<ClientAnswer>;
  messageShortcut(shortcut: MessageShortcut): Promise<ClientAnswer>;
  openHome(user: string): ClientAnswer;
}

export function createClient(platform: Platform): Client {
  const choices: MessageChoices = new Map();
  return {
    say: (said) => say(platform, said),
    command: (line) => runCommand(platform, line),
    act: (what) => act(platform, choices, what),
    submit: (submission) => submitView(platform, submission),
    close: (user, viewId) => closeView(platform, user, viewId),
    shortcut: (user, callbackId) => globalShortcut(platform, user, callbackId),
    messageShortcut: (shortcut) => messageShortcut(platform, shortcut),
    openHome: (user) => {
      openHome(platform, user);
      return { ok: true };
    },
  };
}

/** What one person sees, as a pure function of the workspace's state and of the events that followed it. */
import type { PageEvent, PageMessage, PageState, PageView, StackState } from './api.ts';

export interface Workspace extends PageState {
  /** Open modals, the one on top last. */
  modals: PageView[];
  home: PageView | undefined;
  stack: StackState | undefined;
  /** Notes for one person's eyes. The server forgets them at once; this page keeps everybody's until it is reloaded. */
  whispers: PageMessage[];
}

export type WorkspaceAction =
  | { type: 'loaded'; state: PageState }
  | { type: 'stack_loaded'; stack: StackState }
  | { type: 'modal_dismissed'; id: string }
  | { type: 'event'; event: PageEvent };

/** Slack's timestamps are decimals of one length up to the point, so comparing them as numbers would lose digits. */
export function byTime(a: PageMessage, b: PageMessage): number {
  return a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0;
}

const isSame = (message: PageMessage, channel: string, ts: string) =>
  message.ts === ts && message.channel === channel;

function upsertMessage(messages: PageMessage[], message: PageMessage): PageMessage[] {
  const index = messages.findIndex((known) => isSame(known, message.channel, message.ts));
  if (index >= 0) return messages.with(index, message);
  return [...messages, message].sort(byTime);
}

function upsert<T extends { id: string }>(items: T[], item: T): T[] {
  const index = items.findIndex((known) => known.id === item.id);
  return index < 0 ? [...items, item] : items.with(index, item);
}

function applyEvent(workspace: Workspace, event: PageEvent): Workspace {
  switch (event.type) {
    case 'message':
      return { ...workspace, messages: upsertMessage(workspace.messages, event.message) };
    case 'message_deleted':
      return {
        ...workspace,
        messages: workspace.messages.filter((message) => !isSame(message, event.channel, event.ts)),
      };
    case 'channel':
      return { ...workspace, channels: upsert(workspace.channels, event.channel) };
    case 'view':
      return event.view.type === 'home'
        ? { ...workspace, home: event.view }
        : { ...workspace, modals: upsert(workspace.modals, event.view) };
    case 'view_closed':
      return { ...workspace, modals: workspace.modals.filter((view) => view.id !== event.id) };
    case 'bot':
      return { ...workspace, botConnected: event.connected };
    case 'stack':
      return { ...workspace, stack: event.stack };
    case 'notice':
      return workspace;
  }
}

/** A fresh state from the server keeps what only this page knows. The views that are open come again as events. */
function load(previous: Workspace | undefined, state: PageState): Workspace {
  const whispers = [
    ...(previous?.whispers.filter((message) => message.ephemeralFor !== previous.me) ?? []),
    ...(previous?.messages.filter((message) => message.ephemeralFor !== undefined) ?? []),
  ];
  const mine = whispers.filter((message) => message.ephemeralFor === state.me);
  return {
    ...state,
    messages: mine.reduce(upsertMessage, state.messages.toSorted(byTime)),
    modals: [],
    home: undefined,
    stack: previous?.stack,
    whispers,
  };
}

export function reduceWorkspace(
  workspace: Workspace | undefined,
  action: WorkspaceAction,
): Workspace | undefined {
  if (action.type === 'loaded') return load(workspace, action.state);
  if (workspace === undefined) return undefined;
  switch (action.type) {
    case 'stack_loaded':
      return { ...workspace, stack: action.stack };
    case 'modal_dismissed':
      return { ...workspace, modals: workspace.modals.filter((view) => view.id !== action.id) };
    case 'event':
      return applyEvent(workspace, action.event);
  }
}

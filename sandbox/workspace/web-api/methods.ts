/** Every Web API method that the workspace has. */
import type { Changes } from '../changes.ts';
import type { Messages } from '../messages.ts';
import type { State } from '../state.ts';
import type { Triggers } from '../triggers.ts';
import type { Views } from '../views.ts';
import { createChannels } from './channels.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { historyMethods } from './history.ts';
import { markMethods } from './marks.ts';
import type { Methods } from './method.ts';
import { peopleMethods } from './people.ts';
import { sessionMethods } from './session.ts';
import { viewMethods } from './views.ts';

export interface MethodParts {
  state: State;
  changes: Changes;
  messages: Messages;
  views: Views;
  triggers: Triggers;
  url: () => string;
  issueLink: (() => string) | undefined;
}

export function allMethods({
  state,
  changes,
  messages,
  views,
  triggers,
  url,
  issueLink,
}: MethodParts): Methods {
  const channels = createChannels(state, (channel) => changes.tell({ type: 'channel', channel }));
  return {
    ...sessionMethods(state, url, issueLink),
    ...chatMethods(state, messages, channels, url),
    ...conversationMethods(state, channels),
    ...historyMethods(state, messages, channels),
    ...viewMethods(state, views, triggers),
    ...peopleMethods(state),
    ...markMethods(state, messages, channels),
    ...fileMethods(state, messages, channels, url),
  };
}

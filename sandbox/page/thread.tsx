/** One thread: the message it began with, the replies, and a place to add one. */
import { useCallback, useMemo } from 'react';
import { send } from './api-client.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { channelTitle } from './people.ts';
import { inThread } from './timeline.ts';
import type { Workspace } from './workspace-state.ts';

export interface OpenThread {
  channel: string;
  ts: string;
}

interface ThreadProps {
  workspace: Workspace;
  thread: OpenThread;
  onClose(): void;
  onError(text: string): void;
}

export function Thread({ workspace, thread, onClose, onError }: ThreadProps) {
  const { messages, channels, users, me } = workspace;
  const { channel, ts } = thread;
  const shown = useMemo(() => inThread(messages, channel, ts), [messages, channel, ts]);
  const place = channels.find(({ id }) => id === channel);
  const reply = useCallback(
    (text: string) => send({ user: me, channel, threadTs: ts, text }),
    [me, channel, ts],
  );

  return (
    <aside className="panel thread" aria-labelledby="thread-title">
      <header className="panel-head">
        <h2 id="thread-title">
          Thread{' '}
          <span className="panel-where">{place === undefined ? '' : channelTitle(place, users, me)}</span>
        </h2>
        <button type="button" className="icon-button" aria-label="Close thread" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <MessageList
        key={`${me}/${channel}/${ts}`}
        name="Messages of the thread"
        messages={shown}
        onError={onError}
      />
      {/* Slack offers no slash commands in a thread, and so neither does this. */}
      <Composer
        key={`${me}/${ts}`}
        place={`${me}/${channel}/${ts}`}
        label="Reply in the thread"
        commands={[]}
        onSend={reply}
        onError={onError}
      />
    </aside>
  );
}

/** The channel or direct message that is open: its head, what was said in it, and the composer. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PageChannel, PageMessage } from './api.ts';
import { act, send } from './api-client.ts';
import { Composer, type ComposerHandle } from './composer.tsx';
import { FirstSteps } from './first-steps.tsx';
import { Home } from './home.tsx';
import { MessageList } from './message-list.tsx';
import { channelTitle, partners } from './people.ts';
import { countReplies, inChannel } from './timeline.ts';
import type { Workspace } from './workspace-state.ts';

interface ConversationProps {
  workspace: Workspace;
  channel: PageChannel;
  /** Stands at the right of the head. */
  tools: ReactNode;
  onOpenThread(message: PageMessage): void;
  onBreak(): void;
  onError(text: string): void;
}

function Tabs({ home, onChoose }: { home: boolean; onChoose(home: boolean): void }) {
  return (
    <fieldset className="tabs">
      <legend className="unseen">What to show of the app</legend>
      <button type="button" aria-pressed={!home} onClick={() => onChoose(false)}>
        Messages
      </button>
      <button type="button" aria-pressed={home} onClick={() => onChoose(true)}>
        Home
      </button>
    </fieldset>
  );
}

export function Conversation({
  workspace,
  channel,
  tools,
  onOpenThread,
  onBreak,
  onError,
}: ConversationProps) {
  const { messages, users, me, home, commands } = workspace;
  const [wantsHome, setWantsHome] = useState(false);
  const composer = useRef<ComposerHandle>(null);
  const { id } = channel;
  const shown = useMemo(() => inChannel(messages, id), [messages, id]);
  const replies = useMemo(() => countReplies(messages), [messages]);
  const onSend = useCallback((text: string) => send({ user: me, channel: id, text }), [me, id]);

  const isApps = channel.isDirect && partners(channel, users, me).some(({ isBot }) => isBot);
  const hasHome = isApps && home !== undefined;
  useEffect(() => {
    if (isApps) void act({ user: me, action: { type: 'app_home_opened' } });
  }, [isApps, me]);

  const title = channelTitle(channel, users, me);

  return (
    <main className="conversation" id="conversation" aria-label={title} tabIndex={-1}>
      <header className="conversation-head">
        <div className="conversation-title">
          <h2>{title}</h2>
          {channel.topic !== '' && <p title={channel.topic}>{channel.topic}</p>}
        </div>
        {hasHome && <Tabs home={wantsHome} onChoose={setWantsHome} />}
        {tools}
      </header>
      {hasHome && wantsHome ? (
        <Home view={home} me={me} onError={onError} />
      ) : (
        <>
          <MessageList
            name={`Messages in ${title}`}
            messages={shown}
            replies={replies}
            empty={<FirstSteps onTry={(line) => composer.current?.fill(line)} onBreak={onBreak} />}
            onOpenThread={onOpenThread}
            onError={onError}
          />
          <Composer
            ref={composer}
            place={`${me}/${id}`}
            label={`Message ${title}`}
            commands={commands}
            onSend={onSend}
            onError={onError}
          />
        </>
      )}
    </main>
  );
}

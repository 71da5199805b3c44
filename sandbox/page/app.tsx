/** The page as a whole: who looks, what is open, and which panes stand beside each other. */
import { useCallback, useMemo, useState } from 'react';
import type { PageMessage } from './api.ts';
import { Banner, Waiting } from './banner.tsx';
import { DirectoryContext } from './blocks/surface.ts';
import { Conversation } from './conversation.tsx';
import { Modal } from './modal.tsx';
import { type Pane, PaneBar } from './pane-bar.tsx';
import { PersonSwitch } from './person-switch.tsx';
import { Sidebar } from './sidebar.tsx';
import { Health, StackPanel } from './stack-panel.tsx';
import { type OpenThread, Thread } from './thread.tsx';
import { Toasts, useToasts } from './toasts.tsx';
import { useIdentity } from './use-identity.ts';
import { type Theme, useTheme } from './use-theme.ts';
import { useCallsForOthers, useUnread } from './use-unread.ts';
import { useWorkspace } from './use-workspace.ts';
import type { Workspace } from './workspace-state.ts';

/** A new object only when one of its parts is new: every message of the page reads it. */
function useDirectoryOf(workspace: Workspace | undefined, theme: Theme) {
  const { me, users, groups, channels } = workspace ?? { me: '', users: [], groups: [], channels: [] };
  return useMemo(() => ({ me, users, groups, channels, theme }), [me, users, groups, channels, theme]);
}

export function App() {
  const { toasts, notify, fail, dismiss } = useToasts();
  const { theme, toggle } = useTheme();
  const { user, unreachable, become } = useIdentity();
  const { workspace, connection, dismissModal } = useWorkspace(user, notify);
  const directory = useDirectoryOf(workspace, theme);

  const [wanted, setWanted] = useState<string>();
  const [thread, setThread] = useState<OpenThread>();
  const [isStackOpen, setStackOpen] = useState(() => innerWidth >= 1100);
  const [pane, setPane] = useState<Pane>('chat');

  const channel = workspace?.channels.find(({ id }) => id === wanted) ?? workspace?.channels[0];
  const unread = useUnread(workspace, channel?.id);
  const calls = useCallsForOthers(workspace?.users ?? [], workspace?.me);

  const openChannel = (id: string) => {
    setWanted(id);
    if (thread?.channel !== id) setThread(undefined);
    setPane('chat');
  };
  const openThread = useCallback((message: PageMessage) => {
    setThread({ channel: message.channel, ts: message.threadTs ?? message.ts });
    // A thread wants the height; the button in the conversation's head brings the panel back beside it.
    setStackOpen(false);
    setPane('thread');
  }, []);
  const openStack = () => {
    setStackOpen(true);
    setPane('stack');
  };

  if (workspace === undefined || channel === undefined) return <Waiting unreachable={unreachable} />;

  const { me, users, stack, botConnected } = workspace;
  const isThreadVisible = thread !== undefined && workspace.channels.some(({ id }) => id === thread.channel);
  const callsElsewhere = [...unread].reduce(
    (sum, [id, { calls: own }]) => sum + (id === channel.id ? 0 : own),
    0,
  );
  const closeThread = () => {
    setThread(undefined);
    setPane('chat');
  };
  const closeStack = () => {
    setStackOpen(false);
    setPane('chat');
  };

  const tools = (
    <div className="conversation-tools">
      <button
        type="button"
        className="stack-toggle"
        aria-expanded={isStackOpen}
        onClick={isStackOpen ? closeStack : openStack}
      >
        {stack !== undefined && <Health stack={stack} />}
        Break something
      </button>
      <PersonSwitch compact users={users} me={me} calls={calls} onBecome={become} />
    </div>
  );

  return (
    <DirectoryContext value={directory}>
      <a className="skip" href="#conversation">
        Skip to the conversation
      </a>
      <div className="page" data-pane={pane} data-side={isStackOpen || isThreadVisible}>
        <Sidebar
          workspace={workspace}
          open={channel.id}
          unread={unread}
          calls={calls}
          theme={theme}
          onToggleTheme={toggle}
          onOpen={openChannel}
          onBecome={become}
        />
        <div className="middle">
          <Banner connection={connection} botConnected={botConnected} />
          <Conversation
            key={`${me}/${channel.id}`}
            workspace={workspace}
            channel={channel}
            tools={tools}
            onOpenThread={openThread}
            onBreak={openStack}
            onError={fail}
          />
        </div>
        <div className="side">
          {isStackOpen && <StackPanel stack={stack} onClose={closeStack} onError={fail} />}
          {isThreadVisible && (
            <Thread workspace={workspace} thread={thread} onClose={closeThread} onError={fail} />
          )}
        </div>
        <PaneBar
          pane={pane}
          hasThread={isThreadVisible}
          calls={callsElsewhere}
          onGo={(to) => (to === 'stack' ? openStack() : setPane(to))}
        />
      </div>
      {workspace.modals.map((view) => (
        <Modal key={view.id} view={view} me={me} onClosed={dismissModal} onError={fail} />
      ))}
      <Toasts toasts={toasts} dismiss={dismiss} />
    </DirectoryContext>
  );
}

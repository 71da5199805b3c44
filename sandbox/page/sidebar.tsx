/** The workspace's name, who one is, and the conversations one can be in. */
import type { PageChannel } from './api.ts';
import { Avatar } from './avatar.tsx';
import mark from './mark.svg';
import { channelTitle, partners } from './people.ts';
import { PersonSwitch } from './person-switch.tsx';
import type { Unread } from './unread.ts';
import type { Theme } from './use-theme.ts';
import type { Workspace } from './workspace-state.ts';

interface SidebarProps {
  workspace: Workspace;
  open: string | undefined;
  unread: Map<string, Unread>;
  calls: Map<string, number>;
  theme: Theme;
  onToggleTheme(): void;
  onOpen(channel: string): void;
  onBecome(user: string): void;
}

type EntryProps = Pick<SidebarProps, 'workspace' | 'open' | 'unread' | 'onOpen'> & { channel: PageChannel };

function Entry({ workspace, open, unread, onOpen, channel }: EntryProps) {
  const { users, me } = workspace;
  const { count, calls } = unread.get(channel.id) ?? { count: 0, calls: 0 };
  const partner = channel.isDirect ? partners(channel, users, me)[0] : undefined;
  const title = channelTitle(channel, users, me);
  return (
    <li>
      <button
        type="button"
        className={count > 0 ? 'entry entry-unread' : 'entry'}
        aria-current={channel.id === open ? 'page' : undefined}
        onClick={() => onOpen(channel.id)}
      >
        {partner === undefined ? (
          <span className="entry-hash" aria-hidden="true">
            #
          </span>
        ) : (
          <Avatar user={partner} size="small" />
        )}
        <span className="entry-name">{channel.isDirect ? title : channel.name}</span>
        {calls > 0 && <span className="badge">{calls}</span>}
        {count > 0 && <span className="unseen"> unread</span>}
      </button>
    </li>
  );
}

export function Sidebar(props: SidebarProps) {
  const { workspace, calls, theme, onToggleTheme, onBecome } = props;
  const { channels, users, me, team } = workspace;
  const list = (direct: boolean) =>
    channels
      .filter(({ isDirect }) => isDirect === direct)
      .map((channel) => <Entry key={channel.id} {...props} channel={channel} />);

  return (
    <nav className="sidebar" aria-label="Conversations">
      <header className="sidebar-head">
        <img src={mark} alt="" width="28" height="28" />
        <h1>{team} workspace</h1>
        <button
          type="button"
          className="icon-button"
          onClick={onToggleTheme}
          aria-label={`Use ${theme === 'dark' ? 'light' : 'dark'} colours`}
        >
          <span aria-hidden="true">{theme === 'dark' ? '☀' : '☾'}</span>
        </button>
      </header>
      <PersonSwitch users={users} me={me} calls={calls} onBecome={onBecome} />
      <div className="sidebar-lists">
        <h2 id="channels">Channels</h2>
        <ul aria-labelledby="channels">{list(false)}</ul>
        <h2 id="direct">Direct messages</h2>
        <ul aria-labelledby="direct">{list(true)}</ul>
      </div>
    </nav>
  );
}

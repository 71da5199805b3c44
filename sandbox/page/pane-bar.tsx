/** On a phone only one pane is seen at a time: this bar goes from one to another. */
export type Pane = 'channels' | 'chat' | 'thread' | 'stack';

interface PaneBarProps {
  pane: Pane;
  hasThread: boolean;
  /** Messages that call for the viewer in other conversations. */
  calls: number;
  onGo(pane: Pane): void;
}

const TITLES: [Pane, string][] = [
  ['channels', 'Channels'],
  ['chat', 'Chat'],
  ['thread', 'Thread'],
  ['stack', 'Break'],
];

export function PaneBar({ pane, hasThread, calls, onGo }: PaneBarProps) {
  return (
    <nav className="pane-bar" aria-label="Panes">
      {TITLES.filter(([id]) => id !== 'thread' || hasThread).map(([id, title]) => (
        <button
          key={id}
          type="button"
          aria-current={id === pane ? 'page' : undefined}
          onClick={() => onGo(id)}
        >
          {title}
          {id === 'channels' && calls > 0 && <span className="badge">{calls}</span>}
        </button>
      ))}
    </nav>
  );
}

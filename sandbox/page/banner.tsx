/** What is not as it should be between the page, the workspace and the bot. */
import type { Connection } from './use-workspace.ts';

export function Banner({ connection, botConnected }: { connection: Connection; botConnected: boolean }) {
  const text =
    connection === 'reconnecting'
      ? 'The workspace does not answer. Reconnecting…'
      : botConnected
        ? undefined
        : 'Paksa is not connected yet. It will be here as soon as the bot has started.';
  return (
    <div role="status" className="banner-place">
      {text !== undefined && <p className={`banner banner-${connection}`}>{text}</p>}
    </div>
  );
}

export function Waiting({ unreachable }: { unreachable: boolean }) {
  return (
    <main className="waiting" aria-busy="true">
      <span className="waiting-mark" aria-hidden="true" />
      <p role="status">
        {unreachable
          ? 'The workspace does not answer. If “npm start” is running, this page goes on by itself.'
          : 'Opening the workspace…'}
      </p>
    </main>
  );
}

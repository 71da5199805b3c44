/** One message: who, when, what, and what can be pressed in it. */
import { memo, useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { PageMessage } from './api.ts';
import { act as postAct } from './api-client.ts';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks/blocks.tsx';
import { SurfaceContext, useDirectory } from './blocks/surface.ts';
import { Mrkdwn } from './blocks/text-blocks.tsx';
import { Reactions } from './reactions.tsx';
import { dateOf, isReply, timeOf } from './timeline.ts';
import { mentions } from './unread.ts';
import { usePending } from './use-pending.ts';

interface MessageProps {
  message: PageMessage;
  isHead: boolean;
  /** Zero where replies are not offered: in the thread itself. */
  replies: number;
  onOpenThread?: ((message: PageMessage) => void) | undefined;
  onError(text: string): void;
}

/** A press that makes its own button go away would drop the keyboard's focus to the top of the page. */
function useKeptFocus(drawn: PageMessage) {
  const article = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs whenever the message is drawn anew
  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) article.current?.focus();
  }, [drawn]);
  const onFocus = () => {
    hadFocus.current = true;
  };
  const onBlur = (event: { relatedTarget: EventTarget | null; target: EventTarget }) => {
    // An element that was taken away leaves without a successor: that is not the person going elsewhere.
    if (event.relatedTarget !== null) hadFocus.current = false;
  };
  return { article, onFocus, onBlur };
}

function Head({ message }: { message: PageMessage }) {
  const { users } = useDirectory();
  const author = users.find(({ id }) => id === message.user);
  return (
    <header className="message-head">
      <span className="message-author">{author?.realName ?? 'Somebody'}</span>
      {author?.isBot === true && <span className="tag">App</span>}
      <time dateTime={dateOf(message.ts).toISOString()} title={dateOf(message.ts).toLocaleString()}>
        {timeOf(message.ts)}
      </time>
      {message.edited && <span className="message-note">edited</span>}
    </header>
  );
}

function repliesLabel(replies: number): string {
  if (replies === 0) return 'Reply';
  return replies === 1 ? '1 reply' : `${replies} replies`;
}

export const Message = memo(function Message({
  message,
  isHead,
  replies,
  onOpenThread,
  onError,
}: MessageProps) {
  const { me, users, groups } = useDirectory();
  const { channel, ts, blocks, text } = message;
  const { article, onFocus, onBlur } = useKeptFocus(message);
  const author = users.find(({ id }) => id === message.user);
  const isPrivate = message.ephemeralFor !== undefined;

  const send = useCallback(
    (action: Record<string, unknown>) => postAct({ user: me, channel, messageTs: ts, action }),
    [me, channel, ts],
  );
  const { act, pending } = usePending(message, send, onError);
  const surface = useMemo(() => ({ act, pending }), [act, pending]);

  const isFromThread = onOpenThread !== undefined && isReply(message);
  const kinds = [
    'message',
    isHead ? 'message-first' : '',
    isPrivate ? 'message-private' : '',
    mentions(message, me, groups) && message.user !== me ? 'message-for-me' : '',
  ];
  return (
    <article
      ref={article}
      className={kinds.filter((kind) => kind !== '').join(' ')}
      aria-label={`${author?.realName ?? 'Somebody'}, ${timeOf(ts)}`}
      data-ts={ts}
      tabIndex={-1}
      onFocus={onFocus}
      onBlur={onBlur}
    >
      <div className="message-gutter">
        {isHead ? <Avatar user={author} size="large" /> : <time aria-hidden="true">{timeOf(ts)}</time>}
      </div>
      <div className="message-content">
        {isPrivate && <p className="message-note">Only visible to you</p>}
        {isFromThread && <p className="message-note">Replied in a thread, and here too</p>}
        {isHead && <Head message={message} />}
        <div className="blocks">
          <SurfaceContext value={surface}>
            {blocks.length > 0 ? <Blocks blocks={blocks} /> : <Mrkdwn text={text} />}
          </SurfaceContext>
        </div>
        {message.files?.map(({ name, url }) => (
          <a key={url} className="message-file" href={url} target="_blank" rel="noreferrer">
            📄 {name}
          </a>
        ))}
        {message.edited && !isHead && <span className="message-note">edited</span>}
        <Reactions reactions={message.reactions ?? []} />
        {onOpenThread !== undefined && !isPrivate && (
          <button
            type="button"
            className={replies > 0 || isFromThread ? 'thread-link' : 'thread-link thread-link-none'}
            onClick={() => onOpenThread(message)}
          >
            {isFromThread ? 'See the thread' : repliesLabel(replies)}
          </button>
        )}
      </div>
    </article>
  );
});

/** A scrolling conversation: it follows what is new while one is at its end, and otherwise says that there is more below. */
import {
  Fragment,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { PageMessage } from './api.ts';
import { useDirectory } from './blocks/surface.ts';
import { Message } from './message.tsx';
import { nameOf } from './people.ts';
import { spoken } from './spoken.ts';
import { layOut } from './timeline.ts';

/** Near enough to the end to count as there: a phone's bounce, or a fraction of a pixel. */
const SLACK_PX = 48;

interface MessageListProps {
  /** What is shown; another conversation starts at its end again. */
  name: string;
  messages: PageMessage[];
  replies?: Map<string, number>;
  empty?: ReactNode;
  onOpenThread?: (message: PageMessage) => void;
  onError(text: string): void;
}

/** Says each message that arrives, once. Edits are left alone: a card is drawn anew many times. */
function Announcer({ messages }: { messages: PageMessage[] }) {
  const directory = useDirectory();
  const { me, users } = directory;
  const [said, setSaid] = useState('');
  const latest = useRef(messages.at(-1)?.ts);
  useEffect(() => {
    const fresh = messages.filter(({ ts, user }) => ts > (latest.current ?? '') && user !== me);
    latest.current = messages.at(-1)?.ts ?? latest.current;
    if (fresh.length === 0) return;
    setSaid(fresh.map(({ user, text }) => `${nameOf(users, user)}: ${spoken(text, directory)}`).join('. '));
  }, [messages, me, users, directory]);
  return (
    <div className="unseen" aria-live="polite" role="status">
      {said}
    </div>
  );
}

function useFollowedEnd(messages: PageMessage[]) {
  const { me } = useDirectory();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const top = useRef(0);
  const seen = useRef(messages.length);
  const [missed, setMissed] = useState(0);

  const scrollDown = useCallback(() => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
    top.current = scroller.current?.scrollTop ?? 0;
  }, []);
  const toEnd = () => {
    isAtEnd.current = true;
    setMissed(0);
    scrollDown();
  };
  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    top.current = element.scrollTop;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < SLACK_PX;
    if (isAtEnd.current) setMissed(0);
  };
  /** Whoever has just scrolled up is heard a frame later: what is drawn meanwhile must not take them back. */
  const hearOfScroll = () => {
    if ((scroller.current?.scrollTop ?? 0) < top.current) onScroll();
  };

  useLayoutEffect(() => {
    const added = messages.length - seen.current;
    seen.current = messages.length;
    hearOfScroll();
    if (isAtEnd.current || (added > 0 && messages.at(-1)?.user === me)) toEnd();
    else if (added > 0) setMissed((before) => before + added);
  });

  // Cards grow when they are drawn anew, pictures when they arrive, and the window shrinks when a phone's keyboard comes up.
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) scrollDown();
    });
    for (const element of [scroller.current, content.current])
      if (element !== null) observer.observe(element);
    return () => observer.disconnect();
  }, [scrollDown]);

  return { scroller, content, onScroll, missed, toEnd };
}

export function MessageList({ name, messages, replies, empty, onOpenThread, onError }: MessageListProps) {
  const rows = useMemo(() => layOut(messages), [messages]);
  const { scroller, content, onScroll, missed, toEnd } = useFollowedEnd(messages);
  return (
    <div className="list">
      <section
        ref={scroller}
        className="list-scroll"
        aria-label={name}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} className="list-content">
          {messages.length === 0 && empty}
          {rows.map(({ message, day, isHead }) => (
            <Fragment key={message.ts}>
              {day !== undefined && (
                <h3 className="day">
                  <span>{day}</span>
                </h3>
              )}
              <Message
                message={message}
                isHead={isHead}
                replies={Math.max(
                  message.replyCount ?? 0,
                  replies?.get(`${message.channel}/${message.ts}`) ?? 0,
                )}
                onOpenThread={onOpenThread}
                onError={onError}
              />
            </Fragment>
          ))}
        </div>
      </section>
      {missed > 0 && (
        <button type="button" className="pill" onClick={toEnd}>
          {missed === 1 ? '1 new message' : `${missed} new messages`} <span aria-hidden="true">↓</span>
        </button>
      )}
      <Announcer messages={messages} />
    </div>
  );
}

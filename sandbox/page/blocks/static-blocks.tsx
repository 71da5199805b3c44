/** Blocks that only show something, drawn by `slack-blocks-to-jsx` with this workspace's people, and contained if it fails. */
import { Component, type ReactNode, useMemo } from 'react';
import { type Block, Message } from 'slack-blocks-to-jsx';
import { type Directory, useDirectory } from './surface.ts';

const TYPES: ReadonlySet<string> = new Set<Block['type']>([
  'alert',
  'card',
  'carousel',
  'context',
  'data_visualization',
  'divider',
  'file',
  'header',
  'image',
  'markdown',
  'plan',
  'rich_text',
  'section',
  'table',
  'task_card',
  'video',
]);

/** A control that `schema.ts` does not know would be drawn by the library, but dead: better to say so than to draw it. */
const hasOnlyPictures = (block: object) =>
  !('accessory' in block && JSON.stringify(block.accessory)?.includes('"action_id"'));

export function isStatic(block: unknown): block is Block {
  if (typeof block !== 'object' || block === null || !('type' in block)) return false;
  return TYPES.has(String(block.type)) && hasOnlyPictures(block);
}

/** Block ids become ids in the document, where the same message may stand twice: beside a thread and in it. */
const withoutId = (block: Block): Block => ({ ...block, block_id: '' });

interface Guarded {
  children: ReactNode;
}

/** React offers only a class for catching what a child throws while it is drawn. */
class DrawingGuard extends Component<Guarded, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? (
      <p className="block-unknown">A block here is not as Block Kit wants it, and cannot be drawn.</p>
    ) : (
      this.props.children
    );
  }
}

const isSafe = (href: string) => /^(https?|mailto|tel|slack):/i.test(href);

function drawing({ me, users, groups, channels }: Directory) {
  const isMyGroup = (id: string) => groups.some((group) => group.id === id && group.users.includes(me));
  return {
    data: {
      users: users.map(({ id, realName }) => ({ id, name: realName })),
      channels: channels.map(({ id, name }) => ({ id, name })),
      user_groups: groups.map(({ id, handle }) => ({ id, name: handle })),
    },
    hooks: {
      user: ({ id, name }: { id: string; name: string }) => (
        <span className={id === me ? 'mention mention-me' : 'mention'}>@{name}</span>
      ),
      usergroup: ({ id, name }: { id: string; name: string }) => (
        <span className={isMyGroup(id) ? 'mention mention-me' : 'mention'}>@{name}</span>
      ),
      channel: ({ name }: { id: string; name: string }) => <span className="mention">#{name}</span>,
      link: ({ href, children }: { href: string; children: ReactNode }) =>
        isSafe(href) ? (
          <a className="link" href={href} target="_blank" rel="noopener noreferrer">
            {children}
          </a>
        ) : (
          <span>{children}</span>
        ),
    },
  };
}

export function StaticBlocks({ blocks }: { blocks: Block[] }) {
  const directory = useDirectory();
  const { data, hooks } = useMemo(() => drawing(directory), [directory]);
  const drawn = useMemo(() => blocks.map(withoutId), [blocks]);
  return (
    <DrawingGuard>
      <Message
        withoutWrapper
        blocks={drawn}
        theme={directory.theme}
        data={data}
        hooks={hooks}
        logo=""
        name=""
      />
    </DrawingGuard>
  );
}

/** Blocks that only show something, drawn by `slack-blocks-to-jsx` with this workspace's people, and contained if it fails. */

import { Component, type ReactNode, useMemo } from 'react';
import { type Block, Message, type TableCell } from 'slack-blocks-to-jsx';
import { emojiOf } from '../emoji.ts';
import { type Directory, useDirectory } from './surface.ts';

const TYPES: ReadonlySet<string> = new Set<Block['type']>([
  'alert',
  'card',
  'carousel',
  'data_visualization',
  'divider',
  'image',
  'markdown',
  'plan',
  'rich_text',
  'table',
  'task_card',
  'video',
]);

export function isStatic(block: unknown): block is Block {
  return typeof block === 'object' && block !== null && 'type' in block && TYPES.has(String(block.type));
}

/** The library reads Markdown into plain cells; as rich text they stay what they are. */
function plainCell(cell: TableCell): TableCell {
  if (cell.type !== 'raw_text') return cell;
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: cell.text }] }],
  };
}

/** Block ids become ids in the document, where the same message may stand twice: beside a thread and in it. */
function prepared(block: Block): Block {
  const copy = { ...block };
  delete copy.block_id;
  return copy.type === 'table' ? { ...copy, rows: copy.rows.map((row) => row.map(plainCell)) } : copy;
}

interface Guarded {
  children: ReactNode;
}

/** React offers only a class for catching what a child throws while it is drawn. What comes next is tried anew. */
class DrawingGuard extends Component<Guarded, { failed: boolean; tried: ReactNode }> {
  override state = { failed: false, tried: this.props.children };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  static getDerivedStateFromProps({ children }: Guarded, { tried }: { tried: ReactNode }) {
    return children === tried ? null : { failed: false, tried: children };
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
      // The library takes the middle of `12:30:45` for an emoji, and drops the colons around what it does not know.
      emoji: ({ name }: { name: string }) => emojiOf(name) ?? `:${name}:`,
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
  const drawn = useMemo(() => blocks.map(prepared), [blocks]);
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

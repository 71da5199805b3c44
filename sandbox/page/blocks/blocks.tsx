/** Draws a list of blocks: some here, runs of all others by the library, and says so where neither can. */
import type { Block } from 'slack-blocks-to-jsx';
import { ActionsBlock } from './actions-block.tsx';
import { blockSchema, type DrawnBlock } from './block-schema.ts';
import { ContainerBlock } from './container-block.tsx';
import { InputBlock } from './input-block.tsx';
import { SectionBlock } from './section-block.tsx';
import { isStatic, StaticBlocks } from './static-blocks.tsx';
import { ContextBlock, HeaderBlock } from './text-blocks.tsx';

type Piece =
  | { kind: 'static'; blocks: Block[] }
  | { kind: 'drawn'; block: DrawnBlock; blockId: string }
  | { kind: 'unknown'; type: string };

/** The workspace names every block; the position stands in where it did not. */
function sort(blocks: unknown[]): Piece[] {
  const pieces: Piece[] = [];
  blocks.forEach((block, index) => {
    const drawn = blockSchema.safeParse(block);
    const last = pieces.at(-1);
    if (drawn.success) {
      const blockId = drawn.data.block_id ?? `block-${index}`;
      pieces.push({ kind: 'drawn', block: drawn.data, blockId });
    } else if (!isStatic(block)) {
      const type =
        typeof block === 'object' && block !== null && 'type' in block ? String(block.type) : 'unknown';
      pieces.push({ kind: 'unknown', type });
    } else if (last?.kind === 'static') {
      last.blocks.push(block);
    } else {
      pieces.push({ kind: 'static', blocks: [block] });
    }
  });
  return pieces;
}

function Drawn({ block, blockId }: { block: DrawnBlock; blockId: string }) {
  switch (block.type) {
    case 'header':
      return <HeaderBlock block={block} />;
    case 'context':
      return <ContextBlock block={block} />;
    case 'actions':
      return <ActionsBlock elements={block.elements} blockId={blockId} />;
    case 'section':
      return <SectionBlock block={block} blockId={blockId} />;
    case 'input':
      return <InputBlock block={block} blockId={blockId} />;
    case 'container':
      return <ContainerBlock block={block} />;
  }
}

function PieceView({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case 'static':
      return <StaticBlocks blocks={piece.blocks} />;
    case 'drawn':
      return <Drawn block={piece.block} blockId={piece.blockId} />;
    case 'unknown':
      return <p className="block-unknown">This page cannot draw a “{piece.type}” block.</p>;
  }
}

export function Blocks({ blocks }: { blocks: unknown[] }) {
  // Blocks without an id have no identity across updates but their place in the message, as for Slack.
  return sort(blocks).map((piece, index) => (
    <PieceView key={piece.kind === 'drawn' ? piece.blockId : `${piece.kind}-${index}`} piece={piece} />
  ));
}

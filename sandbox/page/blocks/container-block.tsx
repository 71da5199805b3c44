/** Detail that folds away. Drawn here, because what is inside may be interactive. */

import type { BlockOf } from './block-schema.ts';
import { Blocks } from './blocks.tsx';
import { PlainText } from './plain-text.tsx';

type Container = BlockOf<'container'>;

function Heading({ block }: { block: Container }) {
  return (
    <span className="block-container-heading">
      <strong>
        <PlainText text={block.title.text} />
      </strong>
      {block.subtitle !== undefined && (
        <span className="block-container-subtitle">
          <PlainText text={block.subtitle.text} />
        </span>
      )}
    </span>
  );
}

export function ContainerBlock({ block }: { block: Container }) {
  const inside = (
    <div className="block-container-inside">
      <Blocks blocks={block.child_blocks} />
    </div>
  );
  if (!block.is_collapsible) {
    return (
      <section className="block-container">
        <div className="block-container-title">
          <Heading block={block} />
        </div>
        {inside}
      </section>
    );
  }
  return (
    <details className="block-container" open={!block.default_collapsed}>
      <summary className="block-container-title">
        <Heading block={block} />
      </summary>
      {inside}
    </details>
  );
}

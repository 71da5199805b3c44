/** A section with something to press or to choose beside its text. */
import { useMemo } from 'react';
import type { Block } from 'slack-blocks-to-jsx';
import { InteractiveElement } from './element.tsx';
import type { InteractiveBlock } from './schema.ts';
import { StaticBlocks } from './static-blocks.tsx';

type Section = Extract<InteractiveBlock, { type: 'section' }>;

export function SectionBlock({ block, blockId }: { block: Section; blockId: string }) {
  const { text, fields, accessory } = block;
  const shown = useMemo<Block[]>(
    () => [
      {
        type: 'section',
        ...(text === undefined ? {} : { text }),
        ...(fields === undefined ? {} : { fields }),
      },
    ],
    [text, fields],
  );
  return (
    <div className="block-section">
      <div className="block-section-text">
        <StaticBlocks blocks={shown} />
      </div>
      <div className="block-section-accessory">
        <InteractiveElement element={accessory} blockId={blockId} name={text?.text ?? 'Choose'} />
      </div>
    </div>
  );
}
